//! Faults of a house in which the registers and one provider speak over the gateway's channels.

use super::{Fault, Harm, Part, list::fault};

/// See the module.
pub(super) fn all() -> Vec<Fault> {
    use Harm::{Killed, Outside};
    let all = [
        fault(
            "soap-kill-router",
            "kill -9 router, answers on the async channel",
            Killed(Part::Service("router"), (1, 3)),
        ),
        fault(
            "soap-register-down",
            "a register on the sync channel is down",
            Outside("payment", &["down"], (8, 12)),
        ),
        fault(
            "soap-register-fails",
            "a register fails on the sync channel",
            Outside("payment", &["soap-fault", "error-500"], (3, 4)),
        ),
        fault(
            "soap-register-garbled",
            "a register answers half an envelope",
            Outside("payment", &["garbage-xml"], (2, 3)),
        ),
        fault(
            "soap-provider-down",
            "a provider on the async channel is down",
            Outside("committee", &["down"], (8, 12)),
        ),
        fault(
            "soap-provider-fails",
            "a provider fails on the async channel",
            Outside("committee", &["soap-fault", "error-500"], (3, 4)),
        ),
        fault(
            "soap-provider-twice",
            "a provider's answers come twice",
            Outside("committee", &["duplicate"], (8, 12)),
        ),
    ];
    all.map(Fault::over_soap).to_vec()
}
