CREATE TABLE `import_chunks` (
	`import_id` text NOT NULL,
	`n` integer NOT NULL,
	`ids` text,
	`is_reverted` integer DEFAULT false NOT NULL,
	`tags` text NOT NULL,
	`rows` text NOT NULL,
	PRIMARY KEY(`import_id`, `n`)
);
--> statement-breakpoint
CREATE TABLE `import_issues` (
	`import_id` text NOT NULL,
	`line` integer NOT NULL,
	`n` integer NOT NULL,
	`level` text NOT NULL,
	`field` text,
	`code` text NOT NULL,
	`value` text,
	`message` text NOT NULL,
	`original` text,
	PRIMARY KEY(`import_id`, `level`, `line`, `n`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `import_keys` (
	`import_id` text NOT NULL,
	`key` text NOT NULL,
	`record_id` text NOT NULL,
	`outcome` text NOT NULL,
	`line` integer NOT NULL,
	PRIMARY KEY(`import_id`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `import_originals` (
	`import_id` text NOT NULL,
	`n` integer NOT NULL,
	`rows` text NOT NULL,
	PRIMARY KEY(`import_id`, `n`)
);
--> statement-breakpoint
CREATE TABLE `imports` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`entity` text NOT NULL,
	`status` text NOT NULL,
	`mode` text NOT NULL,
	`match` text NOT NULL,
	`duplicates` text NOT NULL,
	`dry_run` integer NOT NULL,
	`default_owner` text,
	`columns` text NOT NULL,
	`received` integer DEFAULT 0 NOT NULL,
	`created` integer DEFAULT 0 NOT NULL,
	`updated` integer DEFAULT 0 NOT NULL,
	`unchanged` integer DEFAULT 0 NOT NULL,
	`superseded` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`chunks` integer DEFAULT 0 NOT NULL,
	`reverted` integer DEFAULT 0 NOT NULL,
	`kept` integer DEFAULT 0 NOT NULL,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`finished_at` text,
	`busy_until` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `imports_list` ON `imports` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `imports_open` ON `imports` (`updated_at`) WHERE status IN ('UPLOADING', 'RUNNING', 'REVERTING');--> statement-breakpoint
ALTER TABLE `customers` ADD `import_key` text;--> statement-breakpoint
CREATE INDEX `customers_import_key` ON `customers` (`workspace_id`,`import_key`) WHERE deleted_at IS NULL AND import_key IS NOT NULL;--> statement-breakpoint
ALTER TABLE `leads` ADD `import_key` text;--> statement-breakpoint
CREATE INDEX `leads_email` ON `leads` (`workspace_id`,`email`) WHERE deleted_at IS NULL AND email IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_phone` ON `leads` (`workspace_id`,`phone_e164`) WHERE deleted_at IS NULL AND phone_e164 IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_import_key` ON `leads` (`workspace_id`,`import_key`) WHERE deleted_at IS NULL AND import_key IS NOT NULL;