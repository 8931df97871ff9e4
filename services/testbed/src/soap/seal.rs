//! With what a played system signs on the channels: the business data, enveloped, and the Body (WS-Security).
//!
//! In: a system's identity, and another's for the fault `wrong-signer`. Out: signed XML, or unsigned where the
//! fault says so.

use std::path::Path;

use gateway::Data;
use signatures::sign::Identity as Signer;
use uuid::Uuid;
use xmldsig::{
    sign::{Layout, SignError, enveloped},
    wsse::{self, Naming},
};

use crate::{authority::Error, fault::Fault, identity::Identities};

/// See the module.
pub(crate) struct Seal {
    own: Signer,
    other: Signer,
}

impl Seal {
    /// The seal of the information system `own`; `other` is somebody else's.
    pub(crate) fn open(folder: &Path, own: &str, other: &str) -> Result<Self, Error> {
        let identities = Identities::load(folder)?;
        Ok(Self {
            own: identities.signer(own)?,
            other: identities.signer(other)?,
        })
    }

    fn signer(&self, fault: Fault) -> Option<&Signer> {
        match fault {
            Fault::Unsigned => None,
            Fault::WrongSigner => Some(&self.other),
            _ => Some(&self.own),
        }
    }

    /// An element as the data of a message.
    pub(crate) fn data(&self, fault: Fault, element: &str) -> Result<Data, SignError> {
        let Some(signer) = self.signer(fault) else {
            return Ok(Data::xml(element)?);
        };
        let whole = enveloped(element.as_bytes(), signer, Layout::Compact)?;
        Ok(Data::xml(&String::from_utf8_lossy(&whole))?)
    }

    /// The envelope with its Body signed.
    pub(crate) fn envelope(&self, fault: Fault, envelope: String) -> Result<Vec<u8>, SignError> {
        let id = format!("id-{}", Uuid::new_v4());
        match self.signer(fault) {
            Some(signer) => wsse::sign(envelope.as_bytes(), &id, signer, Naming::KeyIdentifier),
            None => Ok(envelope.into_bytes()),
        }
    }
}
