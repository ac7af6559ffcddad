//! The tasks of the service. Each has a name and an owner; the first one that ends, for whatever reason, is the end of
//! the process.

use tokio::task::JoinSet;

/// What runs side by side until one of it ends.
#[derive(Debug, Default)]
pub(crate) struct Tasks(JoinSet<(&'static str, anyhow::Result<()>)>);

impl Tasks {
    /// Starts a task that may fail.
    pub(crate) fn spawn<E: Into<anyhow::Error>>(
        &mut self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        self.0
            .spawn(async move { (name, task.await.map_err(Into::into)) });
    }

    /// Starts a task that cannot fail but may end.
    pub(crate) fn spawn_infallible(
        &mut self,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        self.0.spawn(async move {
            task.await;
            (name, Ok(()))
        });
    }

    /// Waits for the first task that ends and says why the service ends with it.
    pub(crate) async fn first_end(&mut self) -> anyhow::Error {
        match self.0.join_next().await {
            Some(Ok((name, Ok(())))) => anyhow::anyhow!("{name} ended by itself"),
            Some(Ok((name, Err(error)))) => error.context(format!("{name} failed")),
            Some(Err(panic)) => {
                anyhow::Error::from(panic).context("a part of the service panicked")
            }
            None => anyhow::anyhow!("nothing was started"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn end(start: impl FnOnce(&mut Tasks)) -> String {
        let mut tasks = Tasks::default();
        tasks.spawn_infallible("the endless one", std::future::pending());
        start(&mut tasks);
        format!("{:#}", tasks.first_end().await)
    }

    #[tokio::test]
    async fn the_first_task_that_ends_is_named_with_its_reason() {
        let by_itself = end(|tasks| tasks.spawn_infallible("the watch", async {})).await;
        assert_eq!(by_itself, "the watch ended by itself");
        let failed = end(|tasks| {
            tasks.spawn("the port", async { Err(std::io::Error::other("in use")) });
        });
        assert_eq!(failed.await, "the port failed: in use");
        let panicked = end(|tasks| tasks.spawn_infallible("the camera", async { panic!("no") }));
        assert!(panicked.await.starts_with("a part of the service panicked"));
    }
}
