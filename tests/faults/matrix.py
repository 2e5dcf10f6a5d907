"""Which test tries which fault: every row of the fault matrix, and every test of this folder in one of its rows.

All scenarios end with `assert_invariants` (invariants.py), which holds I1 to I8. Most use two to forty mails instead of
200: the faults do not depend on the number. One run of 200 with random deaths is in test_scenario.py.
"""

from __future__ import annotations

MATRIX: dict[str, tuple[str, ...]] = {
    "a worker is killed at a named point": (
        "faults/test_incoming.py::test_a_mail_survives_its_worker",
        "faults/test_incoming.py::test_a_mail_survives_its_worker_wherever_it_goes_then",
        "faults/test_incoming.py::test_a_report_is_read_even_if_the_broker_forgets_it",
        "faults/test_incoming.py::test_a_killed_import_is_started_again",
        "faults/test_gnupg.py::test_a_worker_that_is_killed_while_gpg_decrypts_costs_no_mail",
        "faults/test_outgoing.py::test_what_a_dead_sender_had_in_its_hands_is_sent_by_a_person_only",
        "faults/test_scenario.py::test_nothing_is_lost_or_done_twice",
        "faults/test_points.py::test_every_point_in_the_code_is_tried",
        "mail/reading/test_sandbox.py",
    ),
    "the database is down or stopped at once": (
        "faults/test_database.py::test_a_database_that_is_stopped_at_once_loses_no_mail",
    ),
    "Redis is stopped or flushed": (
        "faults/test_database.py::test_a_redis_that_is_flushed_or_gone_loses_no_mail",
    ),
    "two workers, or one task twice": (
        "faults/test_incoming.py::test_two_workers_at_the_same_mailbox_file_each_mail_once",
        "faults/test_outgoing.py::test_four_senders_at_once_send_it_once",
        "mail/test_line.py::test_one_mail_processed_by_four_workers_at_once_is_filed_once",
        "mail/test_keep.py::test_two_workers_at_once_keep_it_once",
    ),
    "IMAP breaks off, lies or refuses": (
        "faults/test_imap.py::test_whatever_a_server_does_no_mail_is_lost",
        "faults/test_imap.py::test_a_change_of_validity_between_two_looks_loses_and_repeats_nothing",
        "faults/test_imap.py::test_a_mail_that_is_too_large_stays_and_is_told_of_and_holds_up_nobody",
        "faults/test_imap.py::test_a_server_that_drips_is_left_alone_in_time",
    ),
    "SMTP refuses, stalls or breaks off": (
        "faults/test_smtp.py::test_after_a_temporary_fault_it_is_sent_once_by_itself",
        "faults/test_smtp.py::test_after_a_refusal_nothing_is_repeated_and_an_event_tells",
        "faults/test_smtp.py::test_when_nobody_knows_a_person_decides",
        "faults/test_smtp.py::test_a_reset_after_the_250_is_no_doubt",
        "faults/test_smtp.py::test_a_wrong_password_or_certificate_is_tried_again_and_nothing_is_said_in_clear",
        "mail/test_send_smtp.py::test_every_answer_of_a_server_has_one_outcome",
    ),
    "a disk is full: database, sealed files, temporary files, gpg's home": (
        "faults/test_database.py::test_a_database_without_room_leaves_mail_where_it_is",
        "faults/test_disk.py::test_without_room_for_sealed_files_mail_stays_and_comes_when_there_is_room",
        "faults/test_disk.py::test_without_room_for_temporary_files_mail_is_filed_or_waits",
        "faults/test_disk.py::test_without_room_in_the_home_of_gpg_a_mail_waits_or_is_opened",
    ),
    "gpg or its agent hangs or is killed": (
        "faults/test_gnupg.py::test_a_gpg_that_hangs_or_dies_costs_no_mail",
        "faults/test_gnupg.py::test_an_agent_that_hangs_or_is_killed_is_replaced",
    ),
    "the clock is wrong": (
        "faults/test_gnupg.py::test_a_gpg_whose_clock_is_wrong_still_opens_mail_and_blames_no_sender",
        "tickets/test_clock.py::test_a_jump_under_us_is_seen",
        "tickets/test_clock.py::test_nothing_is_forgotten_and_no_key_destroyed_while_it_is_not_believed",
        "helpdesk/checks/test_keys.py::test_a_clock_behind_the_newest_key_is_wrong",
    ),
    "a mail is made to break what reads it": (
        "faults/test_keys_and_poison.py::test_poison_ends_in_one_place_each_and_honest_mail_after_it_is_filed",
        "test_shared_crafted.py::test_a_crafted_mail_ends_in_one_place_and_holds_nobody_up",
    ),
    "the epoch keys are missing": (
        "faults/test_keys_and_poison.py::test_without_its_keys_nothing_is_fetched_and_none_is_made",
        "helpdesk/checks/test_keys.py::test_keys_that_are_gone_while_content_is_there_are_missed",
    ),
    "a purge is interrupted": ("faults/test_forgetting.py::test_a_ticket_is_forgotten_by_the_next_purge",),
}
