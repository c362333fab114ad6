//! Several futures at once: what they ask goes out together, in one round.
//!
//! A round costs the device's whole round-trip time, so a driver that needs three tables asks for
//! them joined. Results come in the order of the futures, whichever was done first.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};

/// A tuple of futures that can be awaited together; see [`join`].
pub trait Join {
    /// A tuple of their outputs.
    type Output;

    /// All of them.
    fn join(self) -> impl Future<Output = Self::Output>;
}

/// All futures of a tuple (two to eight), in as few rounds as the slowest of them takes.
pub fn join<T: Join>(futures: T) -> impl Future<Output = T::Output> {
    futures.join()
}

/// All futures of a list, in order.
pub async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut slots: Vec<Slot<F>> =
        futures.into_iter().map(|f| Slot { future: Some(Box::pin(f)), output: None }).collect();
    poll_fn(|task| {
        let mut all = true;
        for slot in &mut slots {
            all &= slot.poll(task);
        }
        if all { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    slots.into_iter().filter_map(|slot| slot.output).collect()
}

struct Slot<F: Future> {
    future: Option<Pin<Box<F>>>,
    output: Option<F::Output>,
}

impl<F: Future> Slot<F> {
    /// Whether it is done.
    fn poll(&mut self, task: &mut Context<'_>) -> bool {
        if let Some(future) = &mut self.future
            && let Poll::Ready(output) = future.as_mut().poll(task)
        {
            self.output = Some(output);
            self.future = None;
        }
        self.future.is_none()
    }
}

/// Polls a future that is not done yet.
fn advance<F: Future>(mut future: Pin<&mut F>, output: &mut Option<F::Output>, task: &mut Context<'_>) {
    if output.is_none()
        && let Poll::Ready(value) = future.as_mut().poll(task)
    {
        *output = Some(value);
    }
}

macro_rules! tuple {
    ($($future:ident $output:ident),+) => {
        impl<$($future: Future),+> Join for ($($future,)+) {
            type Output = ($($future::Output,)+);

            #[expect(non_snake_case, reason = "a tuple's parts are named by their types")]
            async fn join(self) -> Self::Output {
                let ($($future,)+) = self;
                $(let mut $future = pin!($future); let mut $output = None;)+
                poll_fn(move |task| {
                    $(advance($future.as_mut(), &mut $output, task);)+
                    match ($($output.take(),)+) {
                        ($(Some($output),)+) => Poll::Ready(($($output,)+)),
                        parts => {
                            ($($output,)+) = parts;
                            Poll::Pending
                        }
                    }
                })
                .await
            }
        }
    };
}

tuple!(A a, B b);
tuple!(A a, B b, C c);
tuple!(A a, B b, C c, D d);
tuple!(A a, B b, C c, D d, E e);
tuple!(A a, B b, C c, D d, E e, F f);
tuple!(A a, B b, C c, D d, E e, F f, G g);
tuple!(A a, B b, C c, D d, E e, F f, G g, H h);
