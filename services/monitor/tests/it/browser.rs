//! The pages in real Chromium: the journey of one who looks for an application, the keyboard alone, what is told
//! while a page is open, the strict policy, and axe-core's rules in every look.
//!
//! Each test has a monitor, a ChromeDriver and a Chromium of its own; `scripts/setup` installs what they need.

mod axe;
mod driver;
mod journey;
mod keyboard;
mod live;
mod site;
mod strict;
