"""The writer's statements for SQLite, written by eims_sim.storage.compile: change expressions.py."""

from typing import Final

from .statement import Statement

SCHEMA: Final = (
    'CREATE TABLE accounts ( id INTEGER NOT NULL, name VARCHAR NOT NULL, settings TEXT NOT NULL, origin VARCHAR NOT NULL, disabled BOOLEAN NOT NULL, callback BOOLEAN NOT NULL, balance INTEGER NOT NULL, gift INTEGER NOT NULL, last_seq INTEGER NOT NULL, failures INTEGER NOT NULL, PRIMARY KEY (id), UNIQUE (name) )',
    'CREATE TABLE counters ( name VARCHAR NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (name) )',
    'CREATE TABLE faults ( id INTEGER NOT NULL, position INTEGER NOT NULL, origin VARCHAR NOT NULL, settings TEXT NOT NULL, applied INTEGER NOT NULL, PRIMARY KEY (id) )',
    'CREATE TABLE inbound ( id INTEGER NOT NULL, account INTEGER NOT NULL, sender VARCHAR NOT NULL, recipient VARCHAR NOT NULL, content TEXT NOT NULL, received_at INTEGER NOT NULL, fetched_at INTEGER, fetch INTEGER, PRIMARY KEY (id) )',
    'CREATE INDEX inbound_waiting ON inbound (account, received_at, id) WHERE fetched_at IS NULL',
    'CREATE TABLE lives ( id INTEGER NOT NULL, last_id INTEGER NOT NULL, submit INTEGER NOT NULL, account INTEGER NOT NULL, count INTEGER NOT NULL, state INTEGER NOT NULL, due INTEGER, sending_at INTEGER, final_at INTEGER, outcome INTEGER NOT NULL, rule INTEGER, outbox INTEGER NOT NULL, first_push INTEGER, last_push INTEGER, PRIMARY KEY (id) )',
    'CREATE INDEX lives_due ON lives (due) WHERE due IS NOT NULL',
    'CREATE INDEX lives_outbox ON lives (account, final_at, submit) WHERE outbox = 1',
    'CREATE TABLE messages ( id INTEGER NOT NULL, life INTEGER NOT NULL, number VARCHAR NOT NULL, PRIMARY KEY (id) )',
    'CREATE TABLE meta ( name VARCHAR NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name) )',
    'CREATE TABLE push_attempts ( push INTEGER NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL, url TEXT NOT NULL, http_status INTEGER, error TEXT, duration_ms INTEGER NOT NULL, verdict TEXT NOT NULL, PRIMARY KEY (push, position) )',
    'CREATE TABLE pushes ( id INTEGER NOT NULL, account INTEGER NOT NULL, state VARCHAR NOT NULL, due INTEGER, tried INTEGER NOT NULL, reports TEXT NOT NULL, created_at INTEGER NOT NULL, fault INTEGER, PRIMARY KEY (id) )',
    'CREATE INDEX pushes_due ON pushes (account, id) WHERE due IS NOT NULL',
    'CREATE TABLE rules ( id INTEGER NOT NULL, position INTEGER NOT NULL, origin VARCHAR NOT NULL, settings TEXT NOT NULL, applied INTEGER NOT NULL, PRIMARY KEY (id) )',
    'CREATE TABLE submits ( id INTEGER NOT NULL, account INTEGER NOT NULL, content TEXT NOT NULL, sender TEXT NOT NULL, smstype INTEGER NOT NULL, mmstitle TEXT NOT NULL, segments INTEGER NOT NULL, price INTEGER NOT NULL, paid_gift INTEGER NOT NULL, paid_balance INTEGER NOT NULL, refunded INTEGER NOT NULL, accepted_at INTEGER NOT NULL, sendtime INTEGER, PRIMARY KEY (id) )',
)
INSERT_ACCOUNT: Final = Statement('INSERT INTO accounts (id, name, settings, origin, disabled, callback, balance, gift, last_seq, failures) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', ('id', 'name', 'settings', 'origin', 'disabled', 'callback', 'balance', 'gift', 'last_seq', 'failures'))
INSERT_SUBMIT: Final = Statement('INSERT INTO submits (id, account, content, sender, smstype, mmstitle, segments, price, paid_gift, paid_balance, refunded, accepted_at, sendtime) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', ('id', 'account', 'content', 'sender', 'smstype', 'mmstitle', 'segments', 'price', 'paid_gift', 'paid_balance', 'refunded', 'accepted_at', 'sendtime'))
INSERT_LIFE: Final = Statement('INSERT INTO lives (id, last_id, submit, account, count, state, due, sending_at, final_at, outcome, rule, outbox, first_push, last_push) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', ('id', 'last_id', 'submit', 'account', 'count', 'state', 'due', 'sending_at', 'final_at', 'outcome', 'rule', 'outbox', 'first_push', 'last_push'))
INSERT_MESSAGE: Final = Statement('INSERT INTO messages (id, life, number) VALUES (?, ?, ?)', ('id', 'life', 'number'))
INSERT_INBOUND: Final = Statement('INSERT INTO inbound (id, account, sender, recipient, content, received_at, fetched_at, fetch) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', ('id', 'account', 'sender', 'recipient', 'content', 'received_at', 'fetched_at', 'fetch'))
INSERT_PUSH: Final = Statement('INSERT INTO pushes (id, account, state, due, tried, reports, created_at, fault) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', ('id', 'account', 'state', 'due', 'tried', 'reports', 'created_at', 'fault'))
INSERT_ATTEMPT: Final = Statement('INSERT INTO push_attempts (push, position, at, url, http_status, error, duration_ms, verdict) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', ('push', 'position', 'at', 'url', 'http_status', 'error', 'duration_ms', 'verdict'))
INSERT_COUNTER: Final = Statement('INSERT INTO counters (name, next) VALUES (?, ?)', ('name', 'next'))
INSERT_META: Final = Statement('INSERT INTO meta (name, value) VALUES (?, ?)', ('name', 'value'))
INSERT_MESSAGES: Final = Statement('INSERT INTO messages (life, number) SELECT ?, atom FROM json_each(?)', ('life', 'numbers'))
ALL_ACCOUNTS: Final = Statement('SELECT accounts.id, accounts.name, accounts.settings, accounts.origin, accounts.disabled, accounts.callback, accounts.balance, accounts.gift, accounts.last_seq, accounts.failures FROM accounts ORDER BY accounts.id', ())
ACCOUNT_NAMED: Final = Statement('SELECT accounts.id, accounts.name, accounts.settings, accounts.origin, accounts.disabled, accounts.callback, accounts.balance, accounts.gift, accounts.last_seq, accounts.failures FROM accounts WHERE accounts.name = ?', ('called',))
ACCOUNTS_WITH_NUMBERS: Final = Statement('SELECT accounts.name, accounts.settings FROM accounts WHERE accounts.disabled IS 0 AND accounts.settings NOT LIKE ?', ('settings_1',), {'settings_1': '%"numbers":[]%'})
ALL_COUNTERS: Final = Statement('SELECT counters.name, counters.next FROM counters', ())
LAST_MESSAGE: Final = Statement('SELECT max(messages.id) AS max_1 FROM messages', ())
SCHEMA_VERSION_KEPT: Final = Statement('SELECT meta.value FROM meta WHERE meta.name = ?', ('name_1',), {'name_1': 'schema_version'})
DELETE_META: Final = Statement('DELETE FROM meta WHERE meta.name = ?', ('this',))
UPDATE_META: Final = Statement('UPDATE meta SET value=? WHERE meta.name = ?', ('to', 'this'))
UPDATE_ACCOUNT: Final = Statement('UPDATE accounts SET settings=?, origin=?, disabled=?, callback=? WHERE accounts.id = ?', ('settings', 'origin', 'disabled', 'callback', 'this'))
DISABLE_ACCOUNT: Final = Statement('UPDATE accounts SET disabled=? WHERE accounts.id = ?', ('disabled', 'this'), {'disabled': True})
UPDATE_CREDIT: Final = Statement('UPDATE accounts SET balance=?, gift=? WHERE accounts.id = ?', ('balance', 'gift', 'this'))
UPDATE_LAST_SEQ: Final = Statement('UPDATE accounts SET last_seq=? WHERE accounts.id = ?', ('seq', 'this'))
UPDATE_FAILURES: Final = Statement('UPDATE accounts SET failures=? WHERE accounts.id = ?', ('failures', 'this'))
UPDATE_COUNTER: Final = Statement('UPDATE counters SET next=? WHERE counters.name = ?', ('next', 'this'))
UPDATE_APPLIED: Final = Statement('UPDATE rules SET applied=? WHERE rules.id = ?', ('applied', 'this'))
DELETE_ACCOUNT: Final = Statement('DELETE FROM accounts WHERE accounts.id = ?', ('this',))
RULES: Final = (
    Statement('SELECT rules.id, rules.position, rules.origin, rules.settings, rules.applied FROM rules ORDER BY rules.position, rules.id', ()),
    Statement('INSERT INTO rules (id, position, origin, settings, applied) VALUES (?, ?, ?, ?, ?)', ('id', 'position', 'origin', 'settings', 'applied')),
    Statement('UPDATE rules SET position=? WHERE rules.id = ?', ('to', 'this')),
    Statement('UPDATE rules SET settings=?, applied=0 WHERE rules.id = ?', ('to', 'this')),
    Statement('UPDATE rules SET settings=? WHERE rules.id = ?', ('to', 'this')),
    Statement('UPDATE rules SET applied=(rules.applied + ?) WHERE rules.id = ?', ('more', 'this')),
    Statement('UPDATE rules SET applied=0 WHERE rules.id = ?', ('this',)),
    Statement('DELETE FROM rules WHERE rules.id = ?', ('this',)),
    Statement('DELETE FROM rules', ()),
)
FAULTS: Final = (
    Statement('SELECT faults.id, faults.position, faults.origin, faults.settings, faults.applied FROM faults ORDER BY faults.position, faults.id', ()),
    Statement('INSERT INTO faults (id, position, origin, settings, applied) VALUES (?, ?, ?, ?, ?)', ('id', 'position', 'origin', 'settings', 'applied')),
    Statement('UPDATE faults SET position=? WHERE faults.id = ?', ('to', 'this')),
    Statement('UPDATE faults SET settings=?, applied=0 WHERE faults.id = ?', ('to', 'this')),
    Statement('UPDATE faults SET settings=? WHERE faults.id = ?', ('to', 'this')),
    Statement('UPDATE faults SET applied=(faults.applied + ?) WHERE faults.id = ?', ('more', 'this')),
    Statement('UPDATE faults SET applied=0 WHERE faults.id = ?', ('this',)),
    Statement('DELETE FROM faults WHERE faults.id = ?', ('this',)),
    Statement('DELETE FROM faults', ()),
)
START_SENDING: Final = Statement('UPDATE lives SET state=?, due=lives.final_at WHERE lives.id IN (SELECT lives.id FROM lives WHERE lives.due IS NOT NULL AND lives.due <= ? AND lives.state = ? ORDER BY lives.due, lives.id LIMIT ? OFFSET ?) RETURNING id, last_id, submit, account, count, sending_at', ('state', 'now', 'leaving', 'most', 'param_1'), {'state': 2, 'param_1': 0})
FINISH: Final = Statement('UPDATE lives SET state=lives.outcome, due=?, outbox=CASE WHEN (EXISTS (SELECT * FROM accounts WHERE accounts.id = lives.account AND accounts.callback = 1)) THEN ? ELSE ? END WHERE lives.id IN (SELECT lives.id FROM lives WHERE lives.due IS NOT NULL AND lives.due <= ? AND lives.state = ? ORDER BY lives.due, lives.id LIMIT ? OFFSET ?) RETURNING id, last_id, submit, account, count, outcome, final_at', ('due', 'param_1', 'param_2', 'now', 'leaving', 'most', 'param_3'), {'due': None, 'param_1': 1, 'param_2': 0, 'param_3': 0})
NEXT_DUE: Final = Statement('SELECT min(lives.due) AS min_1 FROM lives WHERE lives.due IS NOT NULL', ())
LIFE_OF_MESSAGE: Final = Statement('SELECT lives.id, lives.last_id, lives.submit, lives.account, lives.count, lives.state, lives.due, lives.sending_at, lives.final_at, lives.outcome, lives.rule, lives.outbox, lives.first_push, lives.last_push FROM messages JOIN lives ON messages.life = lives.id WHERE messages.id = ?', ('this',))
NEXT_OF_LIFE: Final = Statement('SELECT min(messages.id) AS min_1 FROM messages WHERE messages.life = ? AND messages.id > ? AND messages.id <= ?', ('this', 'beyond', 'last'))
UPDATE_MEMBERS: Final = Statement('UPDATE messages SET life=? WHERE messages.life = ? AND messages.id BETWEEN ? AND ?', ('to', 'this', 'first', 'last'))
UPDATE_SIZE: Final = Statement('UPDATE lives SET last_id=?, count=? WHERE lives.id = ?', ('last', 'size', 'this'))
FORCE_LIFE: Final = Statement('UPDATE lives SET state=?, due=?, sending_at=?, final_at=?, outcome=?, rule=?, outbox=CASE WHEN (EXISTS (SELECT * FROM accounts WHERE accounts.id = lives.account AND accounts.callback = 1)) THEN ? ELSE ? END WHERE lives.id = ?', ('state', 'due', 'sending_at', 'final_at', 'outcome', 'rule', 'param_1', 'param_2', 'this'), {'due': None, 'param_1': 1, 'param_2': 0})
STATES: Final = Statement('SELECT messages.id, messages.number, lives.sending_at, lives.state FROM messages JOIN lives ON messages.life = lives.id WHERE messages.id IN (SELECT anon_1.value FROM json_each(?) AS anon_1) AND lives.account = ?', ('ids', 'owner'))
SUBMITS_OF_MOVED: Final = Statement('SELECT lives.id, submits.sender, submits.content, submits.accepted_at FROM lives JOIN submits ON lives.submit = submits.id WHERE lives.id IN (SELECT anon_1.value FROM json_each(?) AS anon_1)', ('lives',))
NUMBERS_OF_MOVED: Final = Statement('SELECT messages.life, messages.number, count(*) AS count_1 FROM lives JOIN messages ON messages.id BETWEEN lives.id AND lives.last_id AND messages.life = lives.id WHERE lives.id IN (SELECT anon_1.value FROM json_each(?) AS anon_1) AND messages.number IN (SELECT anon_2.value FROM json_each(?) AS anon_2) GROUP BY messages.life, messages.number', ('lives', 'numbers'))
MESSAGES_OF_MOVED: Final = Statement('SELECT messages.id, messages.number, accounts.name AS account, submits.id AS submit, submits.sender, submits.content, submits.smstype, submits.mmstitle, submits.accepted_at, submits.sendtime, submits.segments, submits.price, lives.id AS life, lives.state, lives.sending_at, lives.final_at, lives.rule, lives.first_push, lives.last_push FROM lives JOIN messages ON messages.id BETWEEN lives.id AND lives.last_id AND messages.life = lives.id JOIN submits ON lives.submit = submits.id JOIN accounts ON lives.account = accounts.id WHERE lives.id IN (SELECT anon_1.value FROM json_each(?) AS anon_1) ORDER BY messages.id LIMIT ? OFFSET ?', ('lives', 'most', 'param_1'), {'param_1': 0})
PAID: Final = Statement('SELECT submits.price, submits.paid_balance, submits.refunded FROM submits WHERE submits.id = ?', ('this',))
UPDATE_REFUNDED: Final = Statement('UPDATE submits SET refunded=? WHERE submits.id = ?', ('refunded', 'this'))
FETCH_INBOUND: Final = Statement('UPDATE inbound SET fetched_at=?, fetch=? WHERE inbound.id IN (SELECT inbound.id FROM inbound WHERE inbound.account = ? AND inbound.fetched_at IS NULL AND inbound.received_at >= ? AND inbound.received_at <= ? ORDER BY inbound.received_at, inbound.id LIMIT ? OFFSET ?) RETURNING id, sender, recipient, received_at, content', ('now', 'fetch', 'owner', 'since', 'now', 'most', 'param_1'), {'param_1': 0})
INBOUND_FETCHED_LAST: Final = Statement('SELECT inbound.id, inbound.sender, inbound.recipient, inbound.received_at, inbound.content FROM inbound WHERE inbound.account = ? AND inbound.fetch = (SELECT max(inbound.fetch) AS max_1 FROM inbound WHERE inbound.account = ?) ORDER BY inbound.received_at, inbound.id', ('owner', 'owner'))
ACCOUNTS_WAITING: Final = Statement('SELECT lives.account, min(lives.final_at) AS min_1 FROM lives WHERE lives.outbox = 1 GROUP BY lives.account', ())
LIVES_WAITING: Final = Statement('SELECT lives.id, lives.submit, lives.count, lives.final_at FROM lives WHERE lives.account = ? AND lives.outbox = 1 ORDER BY lives.final_at, lives.submit LIMIT ? OFFSET ?', ('owner', 'most', 'param_1'), {'param_1': 0})
REPORTS_WAITING: Final = Statement('SELECT lives.id, lives.last_id, lives.final_at, lives.sending_at, lives.state, (SELECT group_concat(anon_2.number) AS group_concat_1 FROM (SELECT messages.id AS id, messages.number AS number FROM messages WHERE messages.id BETWEEN lives.id AND lives.last_id AND messages.life = lives.id ORDER BY messages.id) AS anon_2) AS anon_1 FROM lives WHERE lives.account = ? AND lives.outbox = 1 AND (lives.final_at, lives.submit) <= (?, ?) ORDER BY lives.final_at, lives.submit', ('owner', 'final_at', 'submit'))
IDS_OF_LIFE: Final = Statement('SELECT messages.id FROM messages WHERE messages.id BETWEEN ? AND ? AND messages.life = ? ORDER BY messages.id', ('first', 'last', 'first'))
CUT_LIFE: Final = Statement('UPDATE lives SET outbox=2, first_push=?, last_push=? WHERE lives.id = ?', ('first', 'last', 'this'))
OPEN_PUSHES: Final = Statement('SELECT pushes.id, pushes.account, pushes.state, pushes.due, pushes.tried, pushes.reports, pushes.created_at, pushes.fault FROM pushes WHERE pushes.due IS NOT NULL ORDER BY pushes.account, pushes.id', ())
PUSH: Final = Statement('SELECT pushes.id, pushes.account, pushes.state, pushes.due, pushes.tried, pushes.reports, pushes.created_at, pushes.fault FROM pushes WHERE pushes.id = ?', ('this',))
PUSHES_IN_STATE: Final = Statement('SELECT pushes.id, pushes.account, pushes.state, pushes.due, pushes.tried, pushes.reports, pushes.created_at, pushes.fault FROM pushes WHERE pushes.state = ? ORDER BY pushes.id', ('among',))
REPORTS_OF_PUSH: Final = Statement('SELECT messages.id, messages.number, lives.sending_at, lives.state, messages.life FROM messages JOIN lives ON messages.life = lives.id WHERE messages.id = ?', ('this',))
UPDATE_PUSH: Final = Statement('UPDATE pushes SET state=?, due=?, tried=?, fault=? WHERE pushes.id = ?', ('to', 'when', 'attempts', 'struck', 'this'))
ATTEMPTS_OF_PUSH: Final = Statement('SELECT push_attempts.at, push_attempts.url, push_attempts.http_status, push_attempts.error, push_attempts.duration_ms, push_attempts.verdict FROM push_attempts WHERE push_attempts.push = ? ORDER BY push_attempts.position', ('this',))
ATTEMPTS_MADE: Final = Statement('SELECT count(*) AS count_1 FROM push_attempts WHERE push_attempts.push = ?', ('this',))
DELETE_ALL: Final = (
    Statement('DELETE FROM accounts', ()),
    Statement('DELETE FROM counters', ()),
    Statement('DELETE FROM faults', ()),
    Statement('DELETE FROM inbound', ()),
    Statement('DELETE FROM lives', ()),
    Statement('DELETE FROM messages', ()),
    Statement('DELETE FROM push_attempts', ()),
    Statement('DELETE FROM pushes', ()),
    Statement('DELETE FROM rules', ()),
    Statement('DELETE FROM submits', ()),
)
DELETE_OF_ACCOUNT: Final = (
    Statement('DELETE FROM push_attempts WHERE push_attempts.push IN (SELECT pushes.id FROM pushes WHERE pushes.account = ?)', ('owner',)),
    Statement('DELETE FROM messages WHERE messages.life IN (SELECT lives.id FROM lives WHERE lives.account = ?)', ('owner',)),
    Statement('DELETE FROM pushes WHERE pushes.account = ?', ('owner',)),
    Statement('DELETE FROM lives WHERE lives.account = ?', ('owner',)),
    Statement('DELETE FROM submits WHERE submits.account = ?', ('owner',)),
    Statement('DELETE FROM inbound WHERE inbound.account = ?', ('owner',)),
)
DELETE_FINAL: Final = (
    Statement('DELETE FROM push_attempts', ()),
    Statement('DELETE FROM pushes', ()),
    Statement('DELETE FROM messages WHERE messages.life IN (SELECT lives.id FROM lives WHERE lives.state != ? AND lives.state != ?)', ('state_1', 'state_2'), {'state_1': 1, 'state_2': 2}),
    Statement('DELETE FROM lives WHERE lives.state != ? AND lives.state != ?', ('state_1', 'state_2'), {'state_1': 1, 'state_2': 2}),
    Statement('DELETE FROM submits WHERE (submits.id NOT IN (SELECT lives.submit FROM lives))', ()),
)
DELETE_INBOUND: Final = Statement('DELETE FROM inbound', ())
PRUNE_END: Final = Statement('SELECT lives.id, (SELECT submits.accepted_at FROM submits WHERE submits.id = lives.submit) AS anon_1 FROM lives WHERE lives.id > ? ORDER BY lives.id LIMIT ? OFFSET ?', ('after', 'param_1', 'before'), {'param_1': 1})
LIVES_OLD: Final = Statement("SELECT lives.id, lives.last_id, lives.submit, lives.account, lives.count, lives.first_push, lives.last_push FROM lives WHERE lives.id > ? AND lives.id <= ? AND lives.state != ? AND lives.state != ? AND lives.final_at <= ? AND lives.outbox != 1 AND NOT (EXISTS (SELECT * FROM pushes WHERE pushes.id BETWEEN lives.first_push AND lives.last_push AND pushes.account = lives.account AND (pushes.state NOT IN ('delivered', 'dropped')))) ORDER BY lives.id", ('after', 'end', 'state_1', 'state_2', 'horizon'), {'state_1': 1, 'state_2': 2})
PRUNE_MESSAGES: Final = Statement('DELETE FROM messages WHERE messages.id BETWEEN ? AND ? AND messages.life IN (SELECT anon_1.value FROM json_each(?) AS anon_1)', ('first', 'last', 'lives'))
PRUNE_LIVES: Final = Statement('DELETE FROM lives WHERE lives.id IN (SELECT anon_1.value FROM json_each(?) AS anon_1)', ('lives',))
PRUNE_SUBMITS: Final = Statement('DELETE FROM submits WHERE submits.id IN (SELECT anon_1.value FROM json_each(?) AS anon_1) AND (SELECT lives.submit FROM lives WHERE lives.id >= submits.id ORDER BY lives.id LIMIT ? OFFSET ?) IS NOT submits.id', ('submits', 'param_1', 'param_2'), {'param_1': 1, 'param_2': 0})
PRUNE_PUSHES: Final = (
    Statement('UPDATE pushes SET reports=(SELECT json_group_array(anon_1.value) AS json_group_array_1 FROM json_each(pushes.reports) AS anon_1 WHERE EXISTS (SELECT * FROM messages WHERE messages.id = anon_1.value)) WHERE pushes.id BETWEEN ? AND ? AND pushes.account = ?', ('first', 'last', 'owner')),
    Statement("DELETE FROM push_attempts WHERE push_attempts.push IN (SELECT pushes.id FROM pushes WHERE pushes.id BETWEEN ? AND ? AND pushes.account = ? AND pushes.reports = '[]')", ('first', 'last', 'owner')),
    Statement("DELETE FROM pushes WHERE pushes.id BETWEEN ? AND ? AND pushes.account = ? AND pushes.reports = '[]'", ('first', 'last', 'owner')),
)
GIVE_BACK: Final = Statement('PRAGMA incremental_vacuum(1)', ())
FREE_PAGES: Final = Statement('PRAGMA freelist_count', ())
ALL_PAGES: Final = Statement('PRAGMA page_count', ())
