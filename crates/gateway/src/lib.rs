//! The SOAP channels of the e-government gateway.

pub mod wsdl;
