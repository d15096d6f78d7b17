-- With STORAGE=objects, D1 may hold workspaces beside those in objects. No name is taken here that the directory gives
-- another workspace. Where one D1 holds all, the directory is empty, and this reads no row.
CREATE TRIGGER `directory_user_made` BEFORE INSERT ON `users` WHEN new.deleted_at IS NULL BEGIN
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.email') FROM directory
    WHERE kind = 'email' AND name = new.email AND workspace_id <> new.workspace_id;
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.username') FROM directory
    WHERE kind = 'username' AND name = new.username AND workspace_id <> new.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER `directory_email` BEFORE UPDATE OF email ON `users` WHEN new.email <> old.email BEGIN
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.email') FROM directory
    WHERE kind = 'email' AND name = new.email AND workspace_id <> new.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER `directory_username` BEFORE UPDATE OF username ON `users` WHEN new.username IS NOT old.username BEGIN
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.username') FROM directory
    WHERE kind = 'username' AND name = new.username AND workspace_id <> new.workspace_id;
END;
--> statement-breakpoint
CREATE TRIGGER `directory_slug_made` BEFORE INSERT ON `workspaces` BEGIN
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: workspaces.slug') FROM directory
    WHERE kind = 'slug' AND name = new.slug AND workspace_id <> new.id;
END;
--> statement-breakpoint
CREATE TRIGGER `directory_slug` BEFORE UPDATE OF slug ON `workspaces` WHEN new.slug <> old.slug BEGIN
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: workspaces.slug') FROM directory
    WHERE kind = 'slug' AND name = new.slug AND workspace_id <> new.id;
END;
--> statement-breakpoint
CREATE TRIGGER `directory_oauth` BEFORE INSERT ON `oauth_accounts` BEGIN
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: oauth_accounts.provider, oauth_accounts.subject') FROM directory
    WHERE kind = 'oauth' AND name = new.provider || ' ' || new.subject AND workspace_id <> new.workspace_id;
END;
