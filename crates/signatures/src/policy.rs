//! What a verifier demands beyond correctness: limits, and whether CAdES is required.

/// Policy of a verifier. The default is the strict one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Require the signed reference to the signer's certificate (signing-certificate-v2, RFC 5035),
    /// which makes CMS a CAdES-BES. Without it a plain CMS passes; a reference that is there is checked
    /// in any case. Default: required.
    pub signing_certificate_required: bool,
    /// Signers of one document, at most. Default 16.
    pub signers_max: usize,
    /// Certificates that may come along, at most. Default 64.
    pub certificates_max: usize,
    /// Bytes of an envelope or a content, at most. Default 64 MiB.
    pub bytes_max: usize,
    /// Authorities between a signer and its anchor, at most. Default 6.
    pub authorities_max: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            signing_certificate_required: true,
            signers_max: 16,
            certificates_max: 64,
            bytes_max: 64 * 1024 * 1024,
            authorities_max: 6,
        }
    }
}
