//! Steps with several outputs, and elements on which the author's code fails.

use heliostat::{
    Boundedness, Capability, Context, DoFn, Output, Pipeline, Result, Runner, Timestamp, Window,
    secs,
};

use super::{Broken, Check, same, same_elements};

pub(super) const TYPED_OUTPUTS: Check = Check {
    name: "checks/typed-outputs",
    about: "each output has its own type and elements, under the timestamps and windows of the \
            input",
    proves: &[Capability::PardoMultiOut],
    input: Boundedness::Bounded,
    run: typed_outputs,
};

pub(super) const DEAD_LETTERS: Check = Check {
    name: "checks/dead-letters",
    about: "an element on which the code fails is in the second output and nowhere else",
    proves: &[Capability::PardoMultiOut],
    input: Boundedness::Bounded,
    run: dead_letters,
};

/// Even numbers to the main output, the words of odd ones to the other; 0 to both.
struct Parity {
    odd: Output<Self, String>,
}

impl DoFn for Parity {
    type Input = i64;
    type Output = i64;
    type Local = ();

    fn setup(&self) -> Result<()> {
        Ok(())
    }

    fn process(&self, (): &mut (), n: i64, context: &mut Context<'_, Self>) -> Result<()> {
        if n == 0 || n.rem_euclid(2) == 1 {
            context.emit_to(self.odd, n.to_string());
        }
        if n.rem_euclid(2) == 0 {
            context.emit(n);
        }
        Ok(())
    }
}

fn typed_outputs(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let outputs = pipeline
        .create_timestamped((0..5).map(|n| (n, Timestamp::secs(n))))
        .window(Window::fixed(secs(2)))
        .par_do_with(|declare| Parity { odd: declare.output("odd") });
    let even = outputs.main().windowed().collect();
    let odd = outputs.output(|parity| parity.odd).windowed().collect();
    let result = runner.run(&pipeline)?;
    let even = result.collected(&even);
    let of_even = even.iter().map(|it| (it.value, it.timestamp, it.window.start()));
    let want = [(0, 0), (2, 2), (4, 4)];
    let want = want.map(|(n, window)| (n, Timestamp::secs(n), Timestamp::secs(window)));
    same_elements("even numbers", of_even.collect(), want.to_vec())?;
    let odd = result.collected(&odd);
    let of_odd = odd.iter().map(|it| (it.value.clone(), it.timestamp, it.window.start()));
    let want = [(0, 0), (1, 0), (3, 2)];
    let want = want.map(|(n, window)| (n.to_string(), Timestamp::secs(n), Timestamp::secs(window)));
    same_elements("the words of odd numbers", of_odd.collect(), want.to_vec())
}

fn dead_letters(runner: &dyn Runner) -> Result<(), Broken> {
    let pipeline = Pipeline::new();
    let texts = ["1", "two", "3"].map(str::to_owned);
    let (numbers, bad) = pipeline.create(texts).try_map(|text| text.parse::<i64>());
    let (numbers, bad) = (numbers.collect(), bad.collect());
    let result = runner.run(&pipeline)?;
    same_elements("numbers", result.collected(&numbers), vec![1, 3])?;
    let bad = result.collected(&bad);
    same("bad elements", bad.iter().map(|it| it.element.as_str()).collect(), vec!["two"])?;
    same("words", bad[0].error.as_str(), "invalid digit found in string")
}
