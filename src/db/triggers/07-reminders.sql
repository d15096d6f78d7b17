-- When a customer with days to keep in touch was last called, written to or met. Where there are no such days, nothing is
-- written; when they are set, it is looked up.
CREATE VIEW customers_contacted AS
SELECT c.id,
  (SELECT max(occurred_at) FROM interactions i
    WHERE i.customer_id = c.id AND i.type IN ('CALL', 'EMAIL', 'MEETING')) AS last_contact_at
FROM customers c;
--> statement-breakpoint
CREATE TRIGGER contact_inserted AFTER INSERT ON interactions
WHEN new.customer_id IS NOT NULL AND new.type IN ('CALL', 'EMAIL', 'MEETING')
BEGIN
  UPDATE customers SET last_contact_at = new.occurred_at
  WHERE id = new.customer_id AND keep_in_touch_days IS NOT NULL
    AND (last_contact_at IS NULL OR last_contact_at < new.occurred_at);
END;
--> statement-breakpoint
CREATE TRIGGER contact_updated AFTER UPDATE OF type, occurred_at ON interactions
WHEN new.customer_id IS NOT NULL
  AND (old.type IN ('CALL', 'EMAIL', 'MEETING') OR new.type IN ('CALL', 'EMAIL', 'MEETING'))
BEGIN
  UPDATE customers SET last_contact_at = (SELECT k.last_contact_at FROM customers_contacted k WHERE k.id = customers.id)
  WHERE id = new.customer_id AND keep_in_touch_days IS NOT NULL
    AND last_contact_at IS NOT (SELECT k.last_contact_at FROM customers_contacted k WHERE k.id = customers.id);
END;
--> statement-breakpoint
CREATE TRIGGER contact_deleted AFTER DELETE ON interactions
WHEN old.customer_id IS NOT NULL AND old.type IN ('CALL', 'EMAIL', 'MEETING')
BEGIN
  UPDATE customers SET last_contact_at = (SELECT k.last_contact_at FROM customers_contacted k WHERE k.id = customers.id)
  WHERE id = old.customer_id AND keep_in_touch_days IS NOT NULL
    AND last_contact_at IS NOT (SELECT k.last_contact_at FROM customers_contacted k WHERE k.id = customers.id);
END;
--> statement-breakpoint
CREATE TRIGGER customers_kept_in_touch AFTER UPDATE OF keep_in_touch_days ON customers
WHEN old.keep_in_touch_days IS NULL AND new.keep_in_touch_days IS NOT NULL
BEGIN
  UPDATE customers SET last_contact_at = (SELECT k.last_contact_at FROM customers_contacted k WHERE k.id = new.id)
  WHERE seq = new.seq
    AND last_contact_at IS NOT (SELECT k.last_contact_at FROM customers_contacted k WHERE k.id = new.id);
END;
--> statement-breakpoint
-- The daily digest is planned anew after whatever moves it.
CREATE TRIGGER users_digest_moved AFTER UPDATE OF digest, digest_hour, quiet_from, quiet_to, time_zone ON users
WHEN new.next_digest_at IS NOT NULL AND (old.digest IS NOT new.digest OR old.digest_hour IS NOT new.digest_hour
  OR old.quiet_from IS NOT new.quiet_from OR old.quiet_to IS NOT new.quiet_to OR old.time_zone IS NOT new.time_zone)
BEGIN
  UPDATE users SET next_digest_at = NULL WHERE id = new.id;
END;
