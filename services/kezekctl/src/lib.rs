//! kezekctl
