//! `graph`: the pipeline as a drawing, or as a runner would run it.

use super::arguments::{PLAN, chosen_runner, flag, format};
use super::build::{Build, Trust, build};
use super::check::Verdict;
use super::{Exit, Program};
use crate::graph::Format;
use crate::{Error, Result};
use clap::ArgMatches;

pub(super) fn draw(program: &Program, author: Build<'_>, matches: &ArgMatches) -> Result<Exit> {
    let format: Format = format(matches).parse()?;
    if flag(matches, PLAN) {
        return match format {
            Format::Text => draw_plan(program, author, matches),
            Format::Mermaid | Format::Dot | Format::Svg | Format::Json => Err(Error::new(
                "a plan is drawn as text only\n  help: leave out `--format`, or `--plan`",
            )),
        };
    }
    let graph = build(author, Trust::Trusting)?.graph();
    program.console.result(format_args!("{}", graph.render(format).trim_end()));
    Ok(Exit::done())
}

fn draw_plan(program: &Program, author: Build<'_>, matches: &ArgMatches) -> Result<Exit> {
    let runner = chosen_runner(matches, &program.runners)?;
    let graph = build(author, Trust::of(runner))?.graph();
    let verdict = Verdict::of(&graph, runner);
    if !verdict.takes_it() {
        return Ok(program.refuse_pipeline(&graph, runner, &verdict));
    }
    program.console.result(format_args!("{}", runner.draw_plan(&graph).trim_end()));
    Ok(Exit::done())
}
