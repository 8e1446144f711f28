-- Clicks per link and hour. `hour` is the Unix time (seconds, UTC) at which the hour begins.
CREATE TABLE click_hourly (
    link_id INTEGER NOT NULL,
    hour    INTEGER NOT NULL,
    clicks  INTEGER NOT NULL,
    PRIMARY KEY (link_id, hour)
) WITHOUT ROWID;

-- How far each journal segment is applied: all slots below `applied` are in the counters, none above. A
-- row stays when its segment is deleted; it is what the counters are checked against.
CREATE TABLE journal_segments (
    segment  BLOB    NOT NULL PRIMARY KEY,  -- its 128-bit id
    applied  INTEGER NOT NULL DEFAULT 0,    -- slots
    clicks   INTEGER NOT NULL DEFAULT 0,    -- records below `applied` that were added to a link
    orphaned INTEGER NOT NULL DEFAULT 0     -- records below `applied` whose link does not exist
) WITHOUT ROWID;
