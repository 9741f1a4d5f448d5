//! The typed functions of the contract: this macro makes them of the rows in `operations`, which are generated from wit/; the
//! examples beside it are written by hand.

macro_rules! typed {
    ($(
        $(#[$about:meta])*
        $interface:ident {
            $($(#[$doc:meta])* $name:ident = $function:ident($($arg:ident: $ty:ty),*) -> $out:ty $(, in turn by $what:ident)?;)*
        }
    )*) => {
        /// Every function by its name.
        pub(crate) const OPERATIONS: &[&str] = &[$($(stringify!($name),)*)* "test_connection"];

        $(
            $(#[$about])*
            #[allow(clippy::ptr_arg, reason = "the bindings take JSON text as a String")]
            impl Client {
                $(
                    $(#[$doc])*
                    ///
                    /// # Errors
                    /// [`Error::Failure`](crate::Error::Failure) from the component; [`Error::Deadline`](crate::Error::Deadline)
                    /// and [`Error::Trap`](crate::Error::Trap) from the host.
                    pub async fn $name(&self, $($arg: $ty),*) -> Result<$out> {
                        let mut call = self.begin(stringify!($name), &CallContext::default()).await?;
                        $(let (operation, input) = $crate::client::turn::Identified::identity($what);
                        let _turn = call.turn(operation, &input).await?;)?
                        let version = call.version();
                        let (limit, Instance { store, exports, .. }) = call.parts()?;
                        let answer = exports.$interface().$function(store, &version.record, $($arg),*);
                        let end = limit.over(answer).await;
                        call.finish(end)
                    }
                )*
            }
        )*
    };
}

mod operations;

pub(crate) use operations::OPERATIONS;
