"""The addresses of the agents' pages."""

from __future__ import annotations

from django.urls import path

from tickets.desk import preferences, ticket_list
from tickets.desk.conversation import answers, changes, files, parts, replays, ticket_page
from tickets.desk.keys import look_up
from tickets.desk.keys import pages as keys
from tickets.desk.mailroom import changes as room_changes
from tickets.desk.mailroom import page as room
from tickets.desk.mailroom import unfiled as mails
from tickets.desk.queues import texts as queue_texts

urlpatterns = [
    path("tickets/", ticket_list.list_tickets, name="tickets"),
    path("tickets/<uuid:ticket_id>/", ticket_page.show_ticket, name="ticket"),
    path("tickets/<uuid:ticket_id>/answer/", answers.answer, name="answer"),
    path("tickets/<uuid:ticket_id>/draft/", answers.keep_draft, name="draft"),
    path("tickets/<uuid:ticket_id>/note/", answers.note, name="note"),
    path("tickets/<uuid:ticket_id>/assign/", changes.assign, name="assign"),
    path("tickets/<uuid:ticket_id>/move/", changes.move, name="move"),
    path("tickets/<uuid:ticket_id>/close/", changes.close, name="close"),
    path("tickets/<uuid:ticket_id>/reopen/", changes.reopen, name="reopen"),
    path("tickets/<uuid:ticket_id>/key/", changes.confirm, name="confirm_key"),
    path("tickets/<uuid:ticket_id>/keys/", keys.show_keys, name="keys"),
    path("tickets/<uuid:ticket_id>/keys/look-up/", look_up.look_up, name="look_up"),
    path("tickets/<uuid:ticket_id>/keys/add/", keys.add, name="add_key"),
    path("tickets/<uuid:ticket_id>/keys/retire/", keys.retire, name="retire_key"),
    path("messages/<uuid:message_id>/release/ask/", replays.ask, name="ask_release"),
    path("messages/<uuid:message_id>/release/withdraw/", replays.withdraw, name="withdraw_release"),
    path("messages/<uuid:message_id>/release/agree/", replays.agree, name="agree_to_release"),
    path("answers/<uuid:outgoing_id>/again/", answers.answer_again, name="answer_again"),
    path("answers/<uuid:outgoing_id>/back/", answers.answer_back, name="answer_back"),
    path("messages/<uuid:message_id>/original/", files.original, name="original"),
    path("messages/<uuid:message_id>/text/", files.whole_text, name="in_full"),
    path("messages/<uuid:message_id>/sections/<int:number>/", files.section, name="section"),
    path(
        "messages/<uuid:message_id>/sections/<int:number>/text/",
        files.section_download,
        name="section_download",
    ),
    path("messages/<uuid:message_id>/parts/<int:number>/open/", parts.open_part, name="open_part"),
    path(
        "messages/<uuid:message_id>/parts/<int:number>/files/<int:place>/", parts.part_file, name="part_file"
    ),
    path("attachments/<uuid:attachment_id>/", files.attachment, name="attachment"),
    path("mail/", mails.list_mails, name="mails"),
    path("mail/<uuid:incoming_id>/again/", mails.try_mail_again, name="try_again"),
    path("mail/<uuid:incoming_id>/aside/", mails.set_mail_aside, name="set_aside"),
    path("mail/<uuid:incoming_id>/download/", room_changes.download_mail, name="download_mail"),
    path("mail/room/", room.show_mail_room, name="mail_room"),
    path("mail/room/quarantine/", room.list_quarantine, name="mail_room_quarantine"),
    path("mail/room/aside/", room.list_aside, name="mail_room_aside"),
    path("mail/room/outbox/", room.list_outbox, name="mail_room_outbox"),
    path("mail/room/look/", room_changes.look_at_mailboxes, name="look_at_mailboxes"),
    path("mail/room/again/", room_changes.try_shown_again, name="try_shown_again"),
    path("mail/room/outbox/<uuid:outgoing_id>/again/", room_changes.send_out_again, name="send_out_again"),
    path("mail/room/breakers/<int:breaker_id>/close/", room_changes.close, name="close_breaker"),
    path("queues/<slug:slug>/texts/", queue_texts.list_texts, name="queue_texts"),
    path("queues/<slug:slug>/policy/", queue_texts.keep_policy, name="queue_policy"),
    path("queues/<slug:slug>/texts/<slug:kind>/<slug:language>/", queue_texts.show_text, name="queue_text"),
    path(
        "queues/<slug:slug>/texts/<slug:kind>/<slug:language>/preview/",
        queue_texts.preview_text,
        name="preview_text",
    ),
    path("queues/<slug:slug>/texts/<slug:kind>/<slug:language>/keep/", queue_texts.keep, name="keep_text"),
    path("queues/<slug:slug>/texts/<slug:kind>/<slug:language>/drop/", queue_texts.drop, name="drop_text"),
    path("preferences/", preferences.preferences, name="preferences"),
]
