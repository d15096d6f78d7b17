-- Events change when a person is erased, and then alone: what a webhook holds of their subject is erased with them.
CREATE TRIGGER webhook_bodies_erased AFTER UPDATE OF changes ON events BEGIN
  UPDATE webhook_deliveries SET body = NULL WHERE subject_id = NEW.subject_id AND body IS NOT NULL;
END;
--> statement-breakpoint
-- Whether anything is to be told of a workspace's events. The INSERT of an event asks for it by the key of the workspace.
CREATE VIEW listeners AS
SELECT workspace_id FROM webhooks WHERE state IN ('ACTIVE', 'FAILING') UNION ALL SELECT workspace_id FROM streams;
--> statement-breakpoint
CREATE TRIGGER webhook_made AFTER INSERT ON webhooks
BEGIN
  UPDATE workspaces SET is_heard = 1 WHERE id = new.workspace_id AND NOT is_heard;
END;
--> statement-breakpoint
CREATE TRIGGER webhook_changed AFTER UPDATE OF state ON webhooks
WHEN (old.state IN ('ACTIVE', 'FAILING')) <> (new.state IN ('ACTIVE', 'FAILING'))
BEGIN
  UPDATE workspaces SET is_heard = EXISTS (SELECT 1 FROM listeners WHERE workspace_id = new.workspace_id) WHERE id = new.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER webhook_gone AFTER DELETE ON webhooks
BEGIN
  UPDATE workspaces SET is_heard = EXISTS (SELECT 1 FROM listeners WHERE workspace_id = old.workspace_id) WHERE id = old.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER stream_opened AFTER INSERT ON streams
BEGIN
  UPDATE workspaces SET is_heard = 1 WHERE id = new.workspace_id AND NOT is_heard;
END;
--> statement-breakpoint
CREATE TRIGGER stream_closed AFTER DELETE ON streams
BEGIN
  UPDATE workspaces SET is_heard = EXISTS (SELECT 1 FROM listeners WHERE workspace_id = old.workspace_id) WHERE id = old.workspace_id;
END;
