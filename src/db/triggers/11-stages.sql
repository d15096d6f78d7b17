-- A record stands in a stage of its status, if its status has one: whatever changes the status, and whatever makes a record,
-- gives it the first one. Where a workspace has no stages, nothing is written.
CREATE TRIGGER lead_staged AFTER INSERT ON leads
WHEN new.stage_id IS NULL
  AND EXISTS (SELECT 1 FROM stages WHERE workspace_id = new.workspace_id AND entity = 'lead' AND status = new.status)
BEGIN
  UPDATE leads SET stage_id = (SELECT id FROM stages WHERE workspace_id = new.workspace_id AND entity = 'lead'
    AND status = new.status ORDER BY position LIMIT 1) WHERE seq = new.seq;
END;
--> statement-breakpoint
CREATE TRIGGER lead_restaged AFTER UPDATE OF status ON leads
WHEN old.status <> new.status AND (SELECT status FROM stages WHERE id = new.stage_id) IS NOT new.status
  AND (new.stage_id IS NOT NULL
    OR EXISTS (SELECT 1 FROM stages WHERE workspace_id = new.workspace_id AND entity = 'lead' AND status = new.status))
BEGIN
  UPDATE leads SET lost_reason = NULL, stage_id = (SELECT id FROM stages WHERE workspace_id = new.workspace_id AND entity = 'lead'
    AND status = new.status ORDER BY position LIMIT 1) WHERE seq = new.seq;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_staged AFTER INSERT ON tickets
WHEN new.stage_id IS NULL
  AND EXISTS (SELECT 1 FROM stages WHERE workspace_id = new.workspace_id AND entity = 'ticket' AND status = new.status)
BEGIN
  UPDATE tickets SET stage_id = (SELECT id FROM stages WHERE workspace_id = new.workspace_id AND entity = 'ticket'
    AND status = new.status ORDER BY position LIMIT 1) WHERE seq = new.seq;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_restaged AFTER UPDATE OF status ON tickets
WHEN old.status <> new.status AND (SELECT status FROM stages WHERE id = new.stage_id) IS NOT new.status
  AND (new.stage_id IS NOT NULL
    OR EXISTS (SELECT 1 FROM stages WHERE workspace_id = new.workspace_id AND entity = 'ticket' AND status = new.status))
BEGIN
  UPDATE tickets SET stage_id = (SELECT id FROM stages WHERE workspace_id = new.workspace_id AND entity = 'ticket'
    AND status = new.status ORDER BY position LIMIT 1) WHERE seq = new.seq;
END;
