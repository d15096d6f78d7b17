-- A key that no customer has any more goes: it is made of a name or a phone number, which nobody may hold for ever.
DELETE FROM duplicate_keys WHERE count <= 0;
--> statement-breakpoint
CREATE TRIGGER duplicate_key_emptied AFTER UPDATE OF count ON duplicate_keys WHEN new.count <= 0
BEGIN
  DELETE FROM duplicate_keys WHERE workspace_id = new.workspace_id AND key = new.key;
END;
