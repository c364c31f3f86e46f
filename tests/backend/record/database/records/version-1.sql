-- The record as the first version kept it, before search, trash, caps by address, rooms and shelves.
CREATE TABLE runs (
	id VARCHAR(32) NOT NULL PRIMARY KEY,
	visitor VARCHAR(64) NOT NULL,
	room VARCHAR(64),
	backend VARCHAR(32) NOT NULL,
	mode VARCHAR(32) NOT NULL,
	prompt TEXT NOT NULL,
	request TEXT NOT NULL,
	status VARCHAR(16) NOT NULL,
	created BIGINT NOT NULL,
	seconds FLOAT,
	estimate_usd BIGINT,
	cost_usd BIGINT,
	cost_kind VARCHAR(16) NOT NULL,
	provider_ids JSON NOT NULL,
	error TEXT,
	billed VARCHAR(8)
);
CREATE INDEX runs_by_status ON runs (status);
CREATE INDEX runs_of_a_visitor ON runs (visitor, created, id);
CREATE TABLE images (
	run_id VARCHAR(32) NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
	position INTEGER NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	format VARCHAR(8) NOT NULL,
	width INTEGER NOT NULL,
	height INTEGER NOT NULL,
	seed BIGINT,
	cost_usd BIGINT,
	flagged BOOLEAN,
	original VARCHAR(64),
	details JSON NOT NULL,
	PRIMARY KEY (run_id, position)
);
CREATE INDEX ix_images_sha256 ON images (sha256);
CREATE TABLE ledger (
	run_id VARCHAR(32) NOT NULL PRIMARY KEY,
	visitor VARCHAR(64) NOT NULL,
	backend VARCHAR(32) NOT NULL,
	created BIGINT NOT NULL,
	state VARCHAR(16) NOT NULL,
	reserved_usd BIGINT NOT NULL,
	settled_usd BIGINT
);
CREATE INDEX ix_ledger_created ON ledger (created);
CREATE INDEX ix_ledger_visitor ON ledger (visitor);
INSERT INTO runs VALUES ('00000000000000000000000000000001', 'ann', NULL, 'fake', 'image_to_image', 'a red boat 船',
	'{"mode": "image_to_image", "prompt": "a red boat 船", "steps": 5, "seed": 7, "image": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}',
	'finished', 1780000000000000, 1.5, 1300000, 1300000, 'billed', '{"task": "t"}', NULL, NULL);
INSERT INTO images VALUES ('00000000000000000000000000000001', 0, '{sha256}', 'png', 64, 48, 7, 1300000, NULL, NULL, '{}');
INSERT INTO ledger VALUES ('00000000000000000000000000000001', 'ann', 'fake', 1780000000000000, 'settled', 1300000, 1300000);
