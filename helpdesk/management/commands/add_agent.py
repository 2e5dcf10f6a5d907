"""`manage.py add_agent`: an account for somebody who answers, and the queues they work on."""

from __future__ import annotations

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.models import User
from tickets.models import Queue


class Command(BaseCommand):
    """Nobody signs up by themselves; this is the only way to an account."""

    help = "Adds an agent. The password is asked for, or read from standard input when that is no terminal."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and what they see."""
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="as colleagues see it")
        parser.add_argument("--queues", nargs="*", default=[], metavar="SLUG", help="the queues they work on")
        parser.add_argument("--coordinator", action="store_true", help="they see the mail room, too")
        parser.add_argument(
            "--email", default="", help="where warnings of the desk go; they say nothing of any ticket"
        )

    def handle(self, *, username: str, name: str, queues: list[str], **options: object) -> None:
        """Check everything before anything is written."""
        found = _queues(queues)
        agent = User(username=username, first_name=name)
        agent.email, agent.is_coordinator = str(options["email"]), bool(options["coordinator"])
        try:
            password = _read_password()
            validate_password(password, agent)
            agent.set_password(password)
            agent.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        agent.save()
        agent.queues.set(found)
        rest = " and the mail room" if agent.is_coordinator else ""
        self.stdout.write(f"{username} can sign in and sees {len(found)} queue(s){rest}.")


def _queues(slugs: list[str]) -> list[Queue]:
    found = list(Queue.objects.filter(slug__in=slugs))
    missing = set(slugs) - {queue.slug for queue in found}
    if missing:
        raise CommandError(f"There is no queue {', '.join(sorted(missing))}. First: manage.py add_queue")
    return found


def _read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Again: "):
        raise CommandError("The two passwords differ.")
    return password
