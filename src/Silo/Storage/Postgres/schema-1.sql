-- Version 1: grain state, and what Orleans' ADO.NET providers for membership and reminders need. They read the statements that they run
-- from the table OrleansQuery, by key; parameters and result columns are theirs, tables and text are ours.

CREATE TABLE learngene_state (
  service text NOT NULL, key bytea NOT NULL, type bytea NOT NULL, name bytea NOT NULL,
  version bigint NOT NULL,
  payload bytea, -- NULL: removed; the row keeps its version, so that none is given out twice
  PRIMARY KEY (service, key, type, name)
);
ALTER TABLE learngene_state ALTER COLUMN payload SET STORAGE EXTERNAL; -- packed binary already

CREATE TABLE learngene_membership_version (
  deployment text PRIMARY KEY,
  version integer NOT NULL DEFAULT 0
);

CREATE TABLE learngene_membership (
  deployment text NOT NULL REFERENCES learngene_membership_version, address text NOT NULL, port integer NOT NULL, generation integer NOT NULL,
  silo_name text NOT NULL, host_name text NOT NULL, status integer NOT NULL, proxy_port integer,
  suspect_times text, start_time timestamptz NOT NULL, alive_time timestamptz NOT NULL,
  PRIMARY KEY (deployment, address, port, generation)
);

CREATE TABLE learngene_reminder (
  service text NOT NULL, grain_id text NOT NULL, name text NOT NULL,
  start_time timestamptz NOT NULL, period bigint NOT NULL, grain_hash integer NOT NULL, version integer NOT NULL,
  PRIMARY KEY (service, grain_id, name)
);
CREATE INDEX learngene_reminder_hash ON learngene_reminder (service, grain_hash);

CREATE TABLE OrleansQuery (QueryKey text PRIMARY KEY, QueryText text NOT NULL);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $$
  WITH made AS (INSERT INTO learngene_membership_version (deployment) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
  SELECT EXISTS (SELECT FROM made)
$$),
-- A silo's row and the table's version change together, if the version is the one that the silo has seen. The update of the version
-- takes its row's lock, so that silos take turns.
('InsertMembershipKey', $$
  WITH turn AS (
    UPDATE learngene_membership_version v SET version = version + 1
    WHERE v.deployment = @DeploymentId AND v.version = @Version AND NOT EXISTS (
      SELECT FROM learngene_membership m WHERE m.deployment = @DeploymentId AND m.address = @Address AND m.port = @Port AND m.generation = @Generation)
    RETURNING 1),
  made AS (
    INSERT INTO learngene_membership (deployment, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_time)
    SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM turn
    RETURNING 1)
  SELECT EXISTS (SELECT FROM made)
$$),
('UpdateMembershipKey', $$
  WITH turn AS (
    UPDATE learngene_membership_version v SET version = version + 1
    WHERE v.deployment = @DeploymentId AND v.version = @Version AND EXISTS (
      SELECT FROM learngene_membership m WHERE m.deployment = @DeploymentId AND m.address = @Address AND m.port = @Port AND m.generation = @Generation)
    RETURNING 1),
  changed AS (
    UPDATE learngene_membership SET status = @Status, suspect_times = @SuspectTimes, alive_time = @IAmAliveTime
    WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND EXISTS (SELECT FROM turn)
    RETURNING 1)
  SELECT EXISTS (SELECT FROM changed)
$$),
('UpdateIAmAlivetimeKey', $$
  UPDATE learngene_membership SET alive_time = @IAmAliveTime
  WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),
-- The table's version comes also where no silo is in it.
('MembershipReadAllKey', $$
  SELECT v.deployment AS "DeploymentId", m.address AS "Address", m.port AS "Port", m.generation AS "Generation", m.silo_name AS "SiloName",
    m.host_name AS "HostName", m.status AS "Status", m.proxy_port AS "ProxyPort", m.suspect_times AS "SuspectTimes",
    m.start_time AS "StartTime", m.alive_time AS "IAmAliveTime", v.version AS "Version"
  FROM learngene_membership_version v LEFT JOIN learngene_membership m ON m.deployment = v.deployment
  WHERE v.deployment = @DeploymentId
$$),
('MembershipReadRowKey', $$
  SELECT v.deployment AS "DeploymentId", m.address AS "Address", m.port AS "Port", m.generation AS "Generation", m.silo_name AS "SiloName",
    m.host_name AS "HostName", m.status AS "Status", m.proxy_port AS "ProxyPort", m.suspect_times AS "SuspectTimes",
    m.start_time AS "StartTime", m.alive_time AS "IAmAliveTime", v.version AS "Version"
  FROM learngene_membership_version v
  LEFT JOIN learngene_membership m ON m.deployment = v.deployment AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
  WHERE v.deployment = @DeploymentId
$$),
('GatewaysQueryKey', $$
  SELECT address AS "Address", proxy_port AS "ProxyPort", generation AS "Generation" FROM learngene_membership
  WHERE deployment = @DeploymentId AND status = @Status AND proxy_port > 0
$$),
('DeleteMembershipTableEntriesKey', $$
  WITH silos AS (DELETE FROM learngene_membership WHERE deployment = @DeploymentId)
  DELETE FROM learngene_membership_version WHERE deployment = @DeploymentId
$$),
-- 3 is an active silo.
('CleanupDefunctSiloEntriesKey', $$
  DELETE FROM learngene_membership WHERE deployment = @DeploymentId AND alive_time < @IAmAliveTime AND status <> 3
$$),
('UpsertReminderRowKey', $$
  INSERT INTO learngene_reminder AS r (service, grain_id, name, start_time, period, grain_hash, version)
  VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
  ON CONFLICT (service, grain_id, name)
  DO UPDATE SET start_time = excluded.start_time, period = excluded.period, grain_hash = excluded.grain_hash, version = r.version + 1
  RETURNING version AS "Version"
$$),
('ReadReminderRowsKey', $$
  SELECT grain_id AS "GrainId", name AS "ReminderName", start_time AS "StartTime", period AS "Period", version AS "Version"
  FROM learngene_reminder WHERE service = @ServiceId AND grain_id = @GrainId
$$),
('ReadReminderRowKey', $$
  SELECT grain_id AS "GrainId", name AS "ReminderName", start_time AS "StartTime", period AS "Period", version AS "Version"
  FROM learngene_reminder WHERE service = @ServiceId AND grain_id = @GrainId AND name = @ReminderName
$$),
('ReadRangeRows1Key', $$
  SELECT grain_id AS "GrainId", name AS "ReminderName", start_time AS "StartTime", period AS "Period", version AS "Version"
  FROM learngene_reminder WHERE service = @ServiceId AND grain_hash > @BeginHash AND grain_hash <= @EndHash
$$),
('ReadRangeRows2Key', $$
  SELECT grain_id AS "GrainId", name AS "ReminderName", start_time AS "StartTime", period AS "Period", version AS "Version"
  FROM learngene_reminder WHERE service = @ServiceId AND (grain_hash > @BeginHash OR grain_hash <= @EndHash)
$$),
('DeleteReminderRowKey', $$
  WITH gone AS (
    DELETE FROM learngene_reminder WHERE service = @ServiceId AND grain_id = @GrainId AND name = @ReminderName AND version = @Version RETURNING 1)
  SELECT EXISTS (SELECT FROM gone)
$$),
('DeleteReminderRowsKey', $$
  DELETE FROM learngene_reminder WHERE service = @ServiceId
$$);
