"""How help looks: plain text that fits the terminal, arguments by their names, and examples."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand


class Command(TyperCommand):
    """A command whose help names its arguments as the documents do, without types of Python."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - of typer's own click
        """Take the command line apart; an argument or option without a character is refused.

        It is a variable of a script that is not set, and nothing that could be meant: a tenant
        without a name, or the directory at hand instead of a file.
        """
        given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        for parameter in self.get_params(ctx):
            if _is_empty(parameter, given.get(parameter.name)):
                raise typer.BadParameter(f"{_shown(parameter)} is empty: say which", ctx)
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - of typer's own click
        """What stands behind the command in the usage line."""
        return ["[OPTIONS]", *(name for name, _ in self._arguments(ctx))]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Arguments, then options."""
        options = [
            parameter.get_help_record(ctx)
            for parameter in self.get_params(ctx)
            if parameter.param_type_name == "option"
        ]
        for heading, records in (("Arguments", self._arguments(ctx)), ("Options", options)):
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

    def _arguments(self, ctx: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - as above
        arguments: list[Any] = [
            one for one in self.get_params(ctx) if one.param_type_name == "argument"
        ]
        return [(one.metavar, one.help) for one in arguments]


def _is_empty(parameter: Any, value: Any) -> bool:  # noqa: ANN401 - of typer's own click
    """Whether nothing is given; what may be given several times has its own words for that."""
    if parameter.param_type_name == "argument" and isinstance(value, list | tuple):
        return "" in value
    return bool(value == "")


def _shown(parameter: Any) -> str:  # noqa: ANN401 - as above
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar).strip("[].")


def examples(*lines: str) -> str:
    """The end of a command's help: command lines to copy."""
    heading = "Example:" if len(lines) == 1 else "Examples:"
    # \b tells the formatter to leave the lines as they are.
    return "\n".join(["\b", heading, *(f"  {line}" for line in lines)])


def usage_line(error: typer.TyperException) -> str:
    """What is wrong with a command line, in one line, and where to read how it is right."""
    said = error.format_message().removeprefix("Invalid value: ")
    said = " ".join(said.replace("Value error, ", "").split()).removesuffix(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "dropsafe"
    return f"{said[:1].upper()}{said[1:]}. '{command} --help' shows how it is used."
