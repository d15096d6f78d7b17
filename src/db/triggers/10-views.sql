-- One default view of each entity and audience: a new one takes the place of the one before.
CREATE TRIGGER view_made_default AFTER INSERT ON views WHEN new.is_default
BEGIN
  UPDATE views SET is_default = 0, version = version + 1
    WHERE workspace_id = new.workspace_id AND entity = new.entity AND audience = new.audience AND is_default AND id <> new.id;
END;
--> statement-breakpoint
CREATE TRIGGER view_became_default AFTER UPDATE OF is_default, is_shared ON views WHEN new.is_default
BEGIN
  UPDATE views SET is_default = 0, version = version + 1
    WHERE workspace_id = new.workspace_id AND entity = new.entity AND audience = new.audience AND is_default AND id <> new.id;
END;
