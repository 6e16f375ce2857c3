//! Parts: optimizers, activations, losses, landscapes, and where those come from that are not built in.

/// The package that a part comes from, if it is not built in. It enters the keys of the trials that use the part: another
/// version may compute other numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The name of the package.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.package, self.version)
    }
}

/// The package that is being compiled, as an [`Origin`](crate::Origin).
#[macro_export]
macro_rules! origin {
    () => {
        $crate::Origin { package: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") }
    };
}

/// A list of parts, and the modules that they are in: so that a part is one file, and one line in the list.
///
/// `cargo fmt` does not find modules that a macro declares; CI formats every file.
#[macro_export]
macro_rules! parts {
    ($(#[$doc:meta])* $list:ident: $part:ty = [$($module:ident::$name:ident),* $(,)?]) => {
        $(mod $module;)*

        $(#[$doc])*
        pub static $list: &[&$part] = &[$(&$module::$name),*];
    };
}
