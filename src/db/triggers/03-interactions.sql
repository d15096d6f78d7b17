-- What customers show of their interactions: when they were last in touch (plans do not count), when they are next to be
-- followed up, how many interactions there were, and, where there are days to keep in touch, the last call, e-mail or
-- meeting. A row more can only move them one way; a changed or lost one may have been the very one, so that they are looked
-- up again. One statement writes all of them, and only where something changes: a written row costs a thousand read ones.
CREATE TRIGGER interaction_inserted AFTER INSERT ON interactions WHEN new.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET
    last_interaction_at = CASE WHEN new.type IN ('TASK', 'FOLLOW_UP') THEN last_interaction_at
      ELSE max(coalesce(last_interaction_at, ''), new.occurred_at) END,
    interaction_count = interaction_count + (new.type NOT IN ('TASK', 'FOLLOW_UP')),
    next_follow_up_at = CASE WHEN new.follow_up_at IS NULL OR new.done_at IS NOT NULL THEN next_follow_up_at
      ELSE min(coalesce(next_follow_up_at, new.follow_up_at), new.follow_up_at) END,
    last_contact_at = CASE WHEN keep_in_touch_days IS NULL OR new.type NOT IN ('CALL', 'EMAIL', 'MEETING')
      THEN last_contact_at ELSE max(coalesce(last_contact_at, ''), new.occurred_at) END
  WHERE id = new.customer_id AND (new.type NOT IN ('TASK', 'FOLLOW_UP')
    OR new.follow_up_at IS NOT NULL AND new.done_at IS NULL
      AND (next_follow_up_at IS NULL OR next_follow_up_at > new.follow_up_at));
END;
--> statement-breakpoint
-- Where there are no days to keep in touch, the last contact is not looked up.
CREATE VIEW customers_kept AS
SELECT c.id,
  (SELECT max(occurred_at) FROM interactions i
    WHERE i.customer_id = c.id AND i.type NOT IN ('TASK', 'FOLLOW_UP')) AS last_interaction_at,
  (SELECT min(follow_up_at) FROM interactions i
    WHERE i.customer_id = c.id AND i.follow_up_at IS NOT NULL AND i.done_at IS NULL) AS next_follow_up_at,
  CASE WHEN c.keep_in_touch_days IS NULL THEN c.last_contact_at ELSE (SELECT max(occurred_at) FROM interactions i
    WHERE i.customer_id = c.id AND i.type IN ('CALL', 'EMAIL', 'MEETING')) END AS last_contact_at
FROM customers c;
--> statement-breakpoint
CREATE TRIGGER interaction_updated
AFTER UPDATE OF customer_id, type, occurred_at, follow_up_at, done_at ON interactions
WHEN (old.customer_id, old.type, old.occurred_at, old.follow_up_at, old.done_at)
  IS NOT (new.customer_id, new.type, new.occurred_at, new.follow_up_at, new.done_at)
BEGIN
  UPDATE customers SET (last_interaction_at, next_follow_up_at, last_contact_at, interaction_count) =
    (SELECT k.last_interaction_at, k.next_follow_up_at, k.last_contact_at, customers.interaction_count
        + (customers.id IS new.customer_id AND new.type NOT IN ('TASK', 'FOLLOW_UP'))
        - (customers.id IS old.customer_id AND old.type NOT IN ('TASK', 'FOLLOW_UP'))
      FROM customers_kept k WHERE k.id = customers.id)
  WHERE id IN (old.customer_id, new.customer_id)
    AND (last_interaction_at, next_follow_up_at, last_contact_at, interaction_count) IS NOT
    (SELECT k.last_interaction_at, k.next_follow_up_at, k.last_contact_at, customers.interaction_count
        + (customers.id IS new.customer_id AND new.type NOT IN ('TASK', 'FOLLOW_UP'))
        - (customers.id IS old.customer_id AND old.type NOT IN ('TASK', 'FOLLOW_UP'))
      FROM customers_kept k WHERE k.id = customers.id);
END;
--> statement-breakpoint
CREATE TRIGGER interaction_deleted AFTER DELETE ON interactions WHEN old.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET (last_interaction_at, next_follow_up_at, last_contact_at, interaction_count) =
    (SELECT k.last_interaction_at, k.next_follow_up_at, k.last_contact_at, customers.interaction_count
        - (customers.deleted_at IS NULL AND old.type NOT IN ('TASK', 'FOLLOW_UP'))
      FROM customers_kept k WHERE k.id = customers.id)
  WHERE id = old.customer_id AND (last_interaction_at, next_follow_up_at, last_contact_at, interaction_count) IS NOT
    (SELECT k.last_interaction_at, k.next_follow_up_at, k.last_contact_at, customers.interaction_count
        - (customers.deleted_at IS NULL AND old.type NOT IN ('TASK', 'FOLLOW_UP'))
      FROM customers_kept k WHERE k.id = customers.id);
END;
--> statement-breakpoint
-- An interaction that moves to another customer, by a conversion or a merge, belongs to the owner of that one.
CREATE TRIGGER interaction_moved AFTER UPDATE OF customer_id ON interactions
WHEN new.customer_id IS NOT NULL AND old.customer_id IS NOT new.customer_id
BEGIN
  UPDATE interactions SET owner_id = (SELECT owner_id FROM customers WHERE id = new.customer_id)
  WHERE seq = new.seq AND owner_id IS NOT (SELECT owner_id FROM customers WHERE id = new.customer_id);
END;
