-- The whole schema, made by `npm run db:baseline`: tables from src/db/schema, then what Drizzle cannot say from
-- src/db/triggers (search indexes, counters, triggers and views).
CREATE TABLE `bulk_results` (
	`job_id` text NOT NULL,
	`n` integer NOT NULL,
	`record_id` text NOT NULL,
	`outcome` text NOT NULL,
	`owner_id` text,
	`before` text,
	`version` integer,
	PRIMARY KEY(`job_id`, `n`)
);
--> statement-breakpoint
CREATE INDEX `bulk_results_record` ON `bulk_results` (`record_id`,`job_id`) WHERE before IS NOT NULL;--> statement-breakpoint
CREATE TABLE `bulk_selections` (
	`job_id` text NOT NULL,
	`n` integer NOT NULL,
	`records` text NOT NULL,
	PRIMARY KEY(`job_id`, `n`)
);
--> statement-breakpoint
CREATE TABLE `customers` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`email_label` text,
	`other_emails` text,
	`other_emails_text` text,
	`phone` text,
	`phone_label` text,
	`other_phones` text,
	`other_phones_text` text,
	`company` text,
	`job_title` text,
	`owner_id` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	`sort_name` text DEFAULT '' NOT NULL,
	`folded_email` text,
	`folded_company` text,
	`folded_job_title` text,
	`bare_name` text,
	`bare_company` text,
	`phone_e164` text,
	`phone_text` text,
	`user_id` text,
	`custom_fields` text,
	`folded_fields` text,
	`last_interaction_at` text,
	`next_follow_up_at` text,
	`interaction_count` integer DEFAULT 0 NOT NULL,
	`erased_at` text,
	`external_id` text,
	`import_key` text,
	`touched_at` text GENERATED ALWAYS AS (coalesce(last_interaction_at, '')) VIRTUAL,
	`emails` text GENERATED ALWAYS AS (CASE WHEN email IS NULL THEN '[]' ELSE '[' || json_object('email', email, 'label', email_label) || coalesce(',' || substr(other_emails, 2), ']') END) VIRTUAL,
	`phones` text GENERATED ALWAYS AS (CASE WHEN phone IS NULL THEN '[]' ELSE '[' || json_object('phone', phone, 'phoneE164', phone_e164, 'label', phone_label) || coalesce(',' || substr(other_phones, 2), ']') END) VIRTUAL,
	`email_text` text GENERATED ALWAYS AS (coalesce(folded_email, lower(email), '') || coalesce(char(10) || other_emails_text, '')) VIRTUAL,
	`company_text` text GENERATED ALWAYS AS (coalesce(folded_company, lower(company), '')) VIRTUAL,
	`job_title_text` text GENERATED ALWAYS AS (coalesce(folded_job_title, lower(job_title), '')) VIRTUAL,
	`name_key` text GENERATED ALWAYS AS (coalesce(bare_name, replace(replace(replace(replace(replace(replace(replace(replace(replace(sort_name, ' ', ''), '.', ''), ',', ''), '-', ''), '/', ''), '&', ''), '(', ''), ')', ''), '"', '')) || '|' || coalesce(bare_company, replace(replace(replace(replace(replace(replace(replace(replace(replace(coalesce(folded_company, lower(company), ''), ' ', ''), '.', ''), ',', ''), '-', ''), '/', ''), '&', ''), '(', ''), ')', ''), '"', ''))) VIRTUAL,
	`all_phones_text` text GENERATED ALWAYS AS (coalesce(phone_text, '') || coalesce(char(10) || other_phones_text, '')) VIRTUAL,
	`search_phone` text GENERATED ALWAYS AS (replace(coalesce(phone_text, '') || coalesce(char(10) || other_phones_text, ''), char(1), char(262144 + instr('123456789abcdef', substr(workspace_id, -5, 1)) % 4 * 65536 + instr('123456789abcdef', substr(workspace_id, -4, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -3, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -2, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -1, 1))))) VIRTUAL,
	`search_scope` text GENERATED ALWAYS AS (CASE WHEN workspace_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(workspace_id, -12, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -11, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -10, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -9, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, -8, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -7, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -6, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -5, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, -4, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -3, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -2, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -1, 1))) END || ' ' || CASE WHEN owner_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(owner_id, -12, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, -11, 1)) * 256 + instr('123456789abcdef', substr(owner_id, -10, 1)) * 16 + instr('123456789abcdef', substr(owner_id, -9, 1)), 131072 + instr('123456789abcdef', substr(owner_id, -8, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, -7, 1)) * 256 + instr('123456789abcdef', substr(owner_id, -6, 1)) * 16 + instr('123456789abcdef', substr(owner_id, -5, 1)), 131072 + instr('123456789abcdef', substr(owner_id, -4, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, -3, 1)) * 256 + instr('123456789abcdef', substr(owner_id, -2, 1)) * 16 + instr('123456789abcdef', substr(owner_id, -1, 1))) END) VIRTUAL,
	`keep_in_touch_days` integer,
	`last_contact_at` text,
	`next_touch_at` text GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', coalesce(last_contact_at, created_at), '+' || keep_in_touch_days || ' days')) VIRTUAL,
	`reminded_for` text,
	`held_until` text,
	`remind_at` text GENERATED ALWAYS AS (CASE WHEN next_touch_at IS NOT NULL AND owner_id IS NOT NULL AND deleted_at IS NULL AND reminded_for IS NOT next_touch_at THEN max(next_touch_at, coalesce(held_until, '')) END) VIRTUAL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `customers_id_unique` ON `customers` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `customers_email` ON `customers` (`workspace_id`,`email`) WHERE deleted_at IS NULL AND email IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner` ON `customers` (`workspace_id`,`owner_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_list` ON `customers` (`workspace_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_name` ON `customers` (`workspace_id`,`sort_name`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_name` ON `customers` (`workspace_id`,`owner_id`,`sort_name`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_updated` ON `customers` (`workspace_id`,`updated_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_updated` ON `customers` (`workspace_id`,`owner_id`,`updated_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_touched` ON `customers` (`workspace_id`,`touched_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_touched` ON `customers` (`workspace_id`,`owner_id`,`touched_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_engaged` ON `customers` (`workspace_id`,`interaction_count`) WHERE deleted_at IS NULL AND interaction_count > 0;--> statement-breakpoint
CREATE INDEX `customers_owner_engaged` ON `customers` (`workspace_id`,`owner_id`,`interaction_count`) WHERE deleted_at IS NULL AND interaction_count > 0;--> statement-breakpoint
CREATE INDEX `customers_due` ON `customers` (`workspace_id`,`next_follow_up_at`) WHERE deleted_at IS NULL AND next_follow_up_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_due` ON `customers` (`workspace_id`,`owner_id`,`next_follow_up_at`) WHERE deleted_at IS NULL AND next_follow_up_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_touch_due` ON `customers` (`workspace_id`,`next_touch_at`) WHERE deleted_at IS NULL AND next_touch_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_touch_due` ON `customers` (`workspace_id`,`owner_id`,`next_touch_at`) WHERE deleted_at IS NULL AND next_touch_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_remind` ON `customers` (`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_remind` ON `customers` (`owner_id`,`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_purge` ON `customers` (`deleted_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_trash` ON `customers` (`workspace_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_trash` ON `customers` (`workspace_id`,`owner_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_user` ON `customers` (`user_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_phone` ON `customers` (`workspace_id`,`phone_e164`,`owner_id`) WHERE deleted_at IS NULL AND phone_e164 IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_unread` ON `customers` (`workspace_id`) WHERE phone IS NOT NULL AND phone_e164 IS NULL;--> statement-breakpoint
CREATE INDEX `customers_name_key` ON `customers` (`workspace_id`,`name_key`,`owner_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `customers_external` ON `customers` (`workspace_id`,`external_id`) WHERE deleted_at IS NULL AND external_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_import_key` ON `customers` (`workspace_id`,`import_key`) WHERE deleted_at IS NULL AND import_key IS NOT NULL;--> statement-breakpoint
CREATE TABLE `customer_merged_rows` (
	`merge_id` text NOT NULL,
	`kind` text NOT NULL,
	`row_id` text NOT NULL,
	PRIMARY KEY(`merge_id`, `kind`, `row_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `customer_merges` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`survivor_id` text NOT NULL,
	`merged_id` text NOT NULL,
	`prefer` text NOT NULL,
	`fields` text NOT NULL,
	`created_at` text NOT NULL,
	`undone_at` text,
	`picked` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `customer_merges_id_unique` ON `customer_merges` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `merges_merged` ON `customer_merges` (`merged_id`) WHERE undone_at IS NULL;--> statement-breakpoint
CREATE INDEX `merges_survivor` ON `customer_merges` (`survivor_id`);--> statement-breakpoint
CREATE INDEX `merges_created` ON `customer_merges` (`created_at`) WHERE fields <> '{}';--> statement-breakpoint
CREATE TABLE `customer_relationships` (
	`from_id` text NOT NULL,
	`to_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`kind` text NOT NULL,
	`imported_as` text,
	`created_at` text NOT NULL,
	PRIMARY KEY(`from_id`, `to_id`),
	FOREIGN KEY (`from_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`to_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `relationships_imported` ON `customer_relationships` (`imported_as`) WHERE imported_as IS NOT NULL;--> statement-breakpoint
CREATE INDEX `relationships_list` ON `customer_relationships` (`workspace_id`,`from_id`,`to_id`);--> statement-breakpoint
CREATE TABLE `directory` (
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`workspace_id` text NOT NULL,
	`reserved_until` text,
	PRIMARY KEY(`kind`, `name`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `directory_reserved` ON `directory` (`reserved_until`) WHERE reserved_until IS NOT NULL;--> statement-breakpoint
CREATE TABLE `events` (
	`workspace_id` text NOT NULL,
	`seq` integer NOT NULL,
	`id` text NOT NULL,
	`subject_type` text NOT NULL,
	`subject_id` text NOT NULL,
	`verb` text NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text,
	`changes` text,
	`created_at` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `events_subject` ON `events` (`subject_id`,`created_at`,`seq`);--> statement-breakpoint
CREATE TABLE `field_keys` (
	`field_id` text NOT NULL,
	`value` text NOT NULL,
	`record_id` text NOT NULL,
	PRIMARY KEY(`field_id`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `field_keys_record` ON `field_keys` (`record_id`);--> statement-breakpoint
CREATE TABLE `field_values` (
	`field_id` text NOT NULL,
	`owner` text NOT NULL,
	`value` blob NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`field_id`, `owner`, `value`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `field_values_all` ON `field_values` (`field_id`,`value`,`seq`);--> statement-breakpoint
CREATE TABLE `fields` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`entity` text NOT NULL,
	`key` text NOT NULL,
	`type` text NOT NULL,
	`label` text NOT NULL,
	`is_required` integer DEFAULT false NOT NULL,
	`is_unique` integer DEFAULT false NOT NULL,
	`is_indexed` integer DEFAULT false NOT NULL,
	`indexed_at` text,
	`options` text,
	`position` integer NOT NULL,
	`archived_at` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `fields_key` ON `fields` (`workspace_id`,`entity`,`key`);--> statement-breakpoint
CREATE INDEX `fields_indexed` ON `fields` (`workspace_id`,`entity`) WHERE is_indexed;--> statement-breakpoint
CREATE TABLE `strict_entities` (
	`workspace_id` text NOT NULL,
	`entity` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `entity`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
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
	`keeps_ids` integer DEFAULT false NOT NULL,
	`default_owner` text,
	`columns` text NOT NULL,
	`recognised` text,
	`encoding` text,
	`issues` integer DEFAULT 0 NOT NULL,
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
CREATE TABLE `interactions` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`customer_id` text,
	`home_id` text,
	`lead_id` text,
	`ticket_id` text,
	`owner_id` text,
	`type` text NOT NULL,
	`body` text NOT NULL,
	`folded_body` text,
	`occurred_at` text NOT NULL,
	`follow_up_at` text,
	`done_at` text,
	`created_by` text,
	`import_key` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`search_text` text GENERATED ALWAYS AS (coalesce(folded_body, lower(body), '')) VIRTUAL,
	`search_scope` text GENERATED ALWAYS AS (CASE WHEN workspace_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(workspace_id, -12, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -11, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -10, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -9, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, -8, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -7, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -6, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -5, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, -4, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -3, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -2, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -1, 1))) END) VIRTUAL,
	`reminded_for` text,
	`held_until` text,
	`remind_to` text GENERATED ALWAYS AS (coalesce(owner_id, created_by)) VIRTUAL,
	`remind_at` text GENERATED ALWAYS AS (CASE WHEN follow_up_at IS NOT NULL AND done_at IS NULL AND coalesce(owner_id, created_by) IS NOT NULL AND reminded_for IS NOT follow_up_at THEN max(follow_up_at, coalesce(held_until, '')) END) VIRTUAL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`lead_id`) REFERENCES `leads`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`ticket_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `interactions_id_unique` ON `interactions` (`id`);--> statement-breakpoint
CREATE INDEX `interactions_list` ON `interactions` (`workspace_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_owner` ON `interactions` (`workspace_id`,`owner_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_updated` ON `interactions` (`workspace_id`,`updated_at`);--> statement-breakpoint
CREATE INDEX `interactions_customer` ON `interactions` (`customer_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_import` ON `interactions` (`workspace_id`,`import_key`) WHERE import_key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `interactions_home` ON `interactions` (`home_id`,`customer_id`) WHERE home_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `interactions_lead` ON `interactions` (`lead_id`,`occurred_at`) WHERE lead_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `interactions_ticket` ON `interactions` (`ticket_id`,`occurred_at`) WHERE ticket_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `interactions_author` ON `interactions` (`created_by`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_due` ON `interactions` (`workspace_id`,`follow_up_at`) WHERE follow_up_at IS NOT NULL AND done_at IS NULL;--> statement-breakpoint
CREATE INDEX `interactions_owner_due` ON `interactions` (`workspace_id`,`owner_id`,`follow_up_at`) WHERE follow_up_at IS NOT NULL AND done_at IS NULL;--> statement-breakpoint
CREATE INDEX `interactions_unowned_due` ON `interactions` (`created_by`,`follow_up_at`) WHERE owner_id IS NULL AND follow_up_at IS NOT NULL AND done_at IS NULL;--> statement-breakpoint
CREATE INDEX `interactions_customer_due` ON `interactions` (`customer_id`,`follow_up_at`) WHERE follow_up_at IS NOT NULL AND done_at IS NULL;--> statement-breakpoint
CREATE INDEX `interactions_lead_due` ON `interactions` (`lead_id`,`follow_up_at`) WHERE lead_id IS NOT NULL AND follow_up_at IS NOT NULL AND done_at IS NULL;--> statement-breakpoint
CREATE INDEX `interactions_remind` ON `interactions` (`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `interactions_owner_remind` ON `interactions` (`remind_to`,`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `interactions_type` ON `interactions` (`workspace_id`,`type`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_owner_type` ON `interactions` (`workspace_id`,`owner_id`,`type`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_shared` ON `interactions` (`customer_id`,`occurred_at`) WHERE type IN ('CALL', 'EMAIL', 'MEETING') OR ticket_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`kind` text NOT NULL,
	`state` text DEFAULT 'RUNNING' NOT NULL,
	`input` text NOT NULL,
	`is_cancellable` integer DEFAULT false NOT NULL,
	`subject_id` text,
	`step` integer DEFAULT 0 NOT NULL,
	`position` text,
	`picked` text,
	`pieces` integer DEFAULT 0 NOT NULL,
	`done` integer DEFAULT 0 NOT NULL,
	`total` integer,
	`outcomes` text,
	`failures` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`due_at` text NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`finished_at` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `jobs_list` ON `jobs` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_subject` ON `jobs` (`workspace_id`,`subject_id`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_due` ON `jobs` (`due_at`) WHERE state = 'RUNNING';--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`prefix` text NOT NULL,
	`key_hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text,
	`last_used_at` text,
	`revoked_at` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_prefix_unique` ON `api_keys` (`prefix`);--> statement-breakpoint
CREATE INDEX `api_keys_workspace` ON `api_keys` (`workspace_id`,`id`) WHERE revoked_at IS NULL;--> statement-breakpoint
CREATE TABLE `leads` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`title` text NOT NULL,
	`description` text,
	`status` text DEFAULT 'NEW' NOT NULL,
	`stage_id` text,
	`lost_reason` text,
	`source` text,
	`name` text,
	`email` text,
	`phone` text,
	`interest` text,
	`sort_name` text,
	`folded_title` text,
	`folded_email` text,
	`folded_interest` text,
	`phone_e164` text,
	`phone_text` text,
	`message` text,
	`metadata` text,
	`custom_fields` text,
	`folded_fields` text,
	`owner_id` text,
	`claimed_at` text,
	`follow_up_at` text,
	`customer_id` text,
	`home_id` text,
	`converted_at` text,
	`claims` integer DEFAULT 0 NOT NULL,
	`stage_since` text,
	`contacted_at` text,
	`external_id` text,
	`import_key` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	`search_text` text GENERATED ALWAYS AS (coalesce(folded_title, lower(title), '') || char(10) || coalesce(sort_name, lower(name), '') || char(10) || coalesce(folded_email, lower(email), '') || char(10) || coalesce(folded_interest, lower(interest), '')) VIRTUAL,
	`search_source` text GENERATED ALWAYS AS ('⟦' || source || '⟧') VIRTUAL,
	`search_scope` text GENERATED ALWAYS AS (CASE WHEN workspace_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(workspace_id, -12, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -11, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -10, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -9, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, -8, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -7, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -6, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -5, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, -4, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -3, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -2, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -1, 1))) END || ' ' || CASE WHEN owner_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(owner_id, -12, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, -11, 1)) * 256 + instr('123456789abcdef', substr(owner_id, -10, 1)) * 16 + instr('123456789abcdef', substr(owner_id, -9, 1)), 131072 + instr('123456789abcdef', substr(owner_id, -8, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, -7, 1)) * 256 + instr('123456789abcdef', substr(owner_id, -6, 1)) * 16 + instr('123456789abcdef', substr(owner_id, -5, 1)), 131072 + instr('123456789abcdef', substr(owner_id, -4, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, -3, 1)) * 256 + instr('123456789abcdef', substr(owner_id, -2, 1)) * 16 + instr('123456789abcdef', substr(owner_id, -1, 1))) END || ' ' || CASE status WHEN 'NEW' THEN '〇一䷃' WHEN 'CONTACTED' THEN '〇二䷃' WHEN 'QUALIFIED' THEN '〇三䷃' WHEN 'CLOSED' THEN '〇四䷃' END) VIRTUAL,
	`search_phone` text GENERATED ALWAYS AS (replace(phone_text, char(1), char(262144 + instr('123456789abcdef', substr(workspace_id, -5, 1)) % 4 * 65536 + instr('123456789abcdef', substr(workspace_id, -4, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -3, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -2, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -1, 1))))) VIRTUAL,
	`reminded_for` text,
	`held_until` text,
	`remind_at` text GENERATED ALWAYS AS (CASE WHEN follow_up_at IS NOT NULL AND owner_id IS NOT NULL AND status <> 'CLOSED' AND deleted_at IS NULL AND reminded_for IS NOT follow_up_at THEN max(follow_up_at, coalesce(held_until, '')) END) VIRTUAL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `leads_id_unique` ON `leads` (`id`);--> statement-breakpoint
CREATE INDEX `leads_list` ON `leads` (`workspace_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `leads_owner` ON `leads` (`workspace_id`,`owner_id`) WHERE owner_id IS NOT NULL AND deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `leads_pool` ON `leads` (`workspace_id`) WHERE owner_id IS NULL AND deleted_at IS NULL AND status <> 'CLOSED';--> statement-breakpoint
CREATE INDEX `leads_unowned_closed` ON `leads` (`workspace_id`) WHERE owner_id IS NULL AND deleted_at IS NULL AND status = 'CLOSED';--> statement-breakpoint
CREATE INDEX `leads_updated` ON `leads` (`workspace_id`,`updated_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `leads_owner_updated` ON `leads` (`workspace_id`,`owner_id`,`updated_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `leads_follow_up` ON `leads` (`workspace_id`,`follow_up_at`) WHERE deleted_at IS NULL AND follow_up_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_owner_follow_up` ON `leads` (`workspace_id`,`owner_id`,`follow_up_at`) WHERE deleted_at IS NULL AND follow_up_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_open_follow_up` ON `leads` (`workspace_id`,`follow_up_at`) WHERE deleted_at IS NULL AND follow_up_at IS NOT NULL AND status <> 'CLOSED';--> statement-breakpoint
CREATE INDEX `leads_owner_open_follow_up` ON `leads` (`workspace_id`,`owner_id`,`follow_up_at`) WHERE deleted_at IS NULL AND follow_up_at IS NOT NULL AND status <> 'CLOSED';--> statement-breakpoint
CREATE INDEX `leads_remind` ON `leads` (`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_owner_remind` ON `leads` (`owner_id`,`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_purge` ON `leads` (`deleted_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_trash` ON `leads` (`workspace_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_trash_email` ON `leads` (`workspace_id`,`email`) WHERE deleted_at IS NOT NULL AND customer_id IS NULL AND email IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_owner_trash` ON `leads` (`workspace_id`,`owner_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_unread` ON `leads` (`workspace_id`) WHERE phone IS NOT NULL AND phone_e164 IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `leads_external` ON `leads` (`workspace_id`,`external_id`) WHERE deleted_at IS NULL AND external_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_import_key` ON `leads` (`workspace_id`,`import_key`) WHERE deleted_at IS NULL AND import_key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_home` ON `leads` (`home_id`,`customer_id`) WHERE home_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_stage` ON `leads` (`workspace_id`,`stage_id`) WHERE stage_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_customer` ON `leads` (`customer_id`) WHERE customer_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `daily_counts` (
	`day` text NOT NULL,
	`subject` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `subject`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`key_hash` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`attempt` text NOT NULL,
	`started_at` text NOT NULL,
	`expires_at` text NOT NULL,
	`answer` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `idempotency_keys_expires` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `login_attempts` (
	`subject` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`pending` integer NOT NULL,
	`pending_until` text NOT NULL,
	`window_ends_at` text NOT NULL,
	`locked_until` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `login_attempts_ends` ON `login_attempts` (`window_ends_at`);--> statement-breakpoint
CREATE TABLE `sweeps` (
	`name` text PRIMARY KEY NOT NULL,
	`start` text NOT NULL,
	`end` text
);
--> statement-breakpoint
CREATE TABLE `oauth_accounts` (
	`provider` text NOT NULL,
	`subject` text NOT NULL,
	`workspace_id` text NOT NULL,
	`user_id` text NOT NULL,
	`email` text,
	`created_at` text NOT NULL,
	PRIMARY KEY(`provider`, `subject`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_accounts_user` ON `oauth_accounts` (`user_id`,`provider`);--> statement-breakpoint
CREATE TABLE `mail_stops` (
	`workspace_id` text NOT NULL,
	`address` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `address`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`template` text NOT NULL,
	`recipient` text NOT NULL,
	`bound` text,
	`payload` text NOT NULL,
	`state` text DEFAULT 'QUEUED' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` text NOT NULL,
	`taken_until` text,
	`give_up_at` text NOT NULL,
	`last_error` text,
	`sent_at` text,
	`created_at` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`next_attempt_at`) WHERE state = 'QUEUED';--> statement-breakpoint
CREATE INDEX `outbox_workspace` ON `outbox` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_bound` ON `outbox` (`recipient`,`bound`,`id`) WHERE bound IS NOT NULL;--> statement-breakpoint
CREATE INDEX `outbox_unsent` ON `outbox` (`workspace_id`,`state`,`id`) WHERE state <> 'SENT';--> statement-breakpoint
CREATE TABLE `stages` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`entity` text NOT NULL,
	`name` text NOT NULL,
	`key` text NOT NULL,
	`status` text NOT NULL,
	`position` integer NOT NULL,
	`color` text,
	`is_lost` integer DEFAULT false NOT NULL,
	`is_waiting` integer DEFAULT false NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `stages_key` ON `stages` (`workspace_id`,`entity`,`key`);--> statement-breakpoint
CREATE INDEX `stages_status` ON `stages` (`workspace_id`,`entity`,`status`,`position`);--> statement-breakpoint
CREATE TABLE `streams` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`opened_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `customer_tags` (
	`customer_id` text NOT NULL,
	`tag_id` text NOT NULL,
	PRIMARY KEY(`customer_id`, `tag_id`),
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`tag_id`) REFERENCES `tags`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `customer_tags_tag` ON `customer_tags` (`tag_id`);--> statement-breakpoint
CREATE TABLE `lead_tags` (
	`lead_id` text NOT NULL,
	`tag_id` text NOT NULL,
	PRIMARY KEY(`lead_id`, `tag_id`),
	FOREIGN KEY (`lead_id`) REFERENCES `leads`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`tag_id`) REFERENCES `tags`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `lead_tags_tag` ON `lead_tags` (`tag_id`);--> statement-breakpoint
CREATE TABLE `tagged_customers` (
	`customer_id` text PRIMARY KEY NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tags` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`key` text NOT NULL,
	`indexed_as` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_key` ON `tags` (`workspace_id`,`key`);--> statement-breakpoint
CREATE UNIQUE INDEX `tags_indexed` ON `tags` (`workspace_id`,`indexed_as`) WHERE indexed_as IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tags_deleted` ON `tags` (`workspace_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `ticket_tags` (
	`ticket_id` text NOT NULL,
	`tag_id` text NOT NULL,
	PRIMARY KEY(`ticket_id`, `tag_id`),
	FOREIGN KEY (`ticket_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`tag_id`) REFERENCES `tags`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `ticket_tags_tag` ON `ticket_tags` (`tag_id`);--> statement-breakpoint
CREATE TABLE `tickets` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`number` integer NOT NULL,
	`customer_id` text NOT NULL,
	`home_id` text,
	`interaction_id` text,
	`owner_id` text,
	`assignee_id` text,
	`title` text NOT NULL,
	`description` text,
	`folded_title` text,
	`folded_description` text,
	`status` text DEFAULT 'OPEN' NOT NULL,
	`stage_id` text,
	`priority` text DEFAULT 'NORMAL' NOT NULL,
	`opened_by` text,
	`import_key` text,
	`custom_fields` text,
	`folded_fields` text,
	`resolved_at` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	`search_text` text GENERATED ALWAYS AS (coalesce(folded_title, lower(title), '') || char(10) || coalesce(folded_description, lower(description), '')) VIRTUAL,
	`search_scope` text GENERATED ALWAYS AS (CASE WHEN workspace_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(workspace_id, -12, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -11, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -10, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -9, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, -8, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -7, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -6, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -5, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, -4, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, -3, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, -2, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, -1, 1))) END) VIRTUAL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_id_unique` ON `tickets` (`id`);--> statement-breakpoint
CREATE INDEX `tickets_home` ON `tickets` (`home_id`,`customer_id`) WHERE home_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tickets_import` ON `tickets` (`workspace_id`,`import_key`) WHERE import_key IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_number` ON `tickets` (`workspace_id`,`number`);--> statement-breakpoint
CREATE INDEX `tickets_list` ON `tickets` (`workspace_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `tickets_owner` ON `tickets` (`workspace_id`,`owner_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `tickets_assignee` ON `tickets` (`workspace_id`,`assignee_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `tickets_updated` ON `tickets` (`workspace_id`,`updated_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `tickets_stage` ON `tickets` (`workspace_id`,`stage_id`) WHERE stage_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tickets_purge` ON `tickets` (`deleted_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `calendar_feeds` (
	`user_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`created_at` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `calendar_feeds_tokenHash_unique` ON `calendar_feeds` (`token_hash`);--> statement-breakpoint
CREATE TABLE `one_time_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`workspace_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`email` text NOT NULL,
	`role` text,
	`created_by` text,
	`user_id` text,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL,
	`used_at` text,
	`used_by` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `one_time_tokens_hash` ON `one_time_tokens` (`token_hash`);--> statement-breakpoint
CREATE INDEX `one_time_tokens_user` ON `one_time_tokens` (`user_id`,`kind`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `one_time_tokens_pending` ON `one_time_tokens` (`workspace_id`,`email`) WHERE kind = 'INVITATION' AND used_at IS NULL;--> statement-breakpoint
CREATE INDEX `one_time_tokens_expires` ON `one_time_tokens` (`expires_at`);--> statement-breakpoint
CREATE INDEX `one_time_tokens_invitations` ON `one_time_tokens` (`workspace_id`,`id`) WHERE kind = 'INVITATION';--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`user_id` text NOT NULL,
	`refresh_hash` text NOT NULL,
	`previous_hash` text,
	`rotated_at` text NOT NULL,
	`expires_at` text NOT NULL,
	`revoked_at` text,
	`user_agent` text,
	`address` text,
	`created_at` text NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `sessions_expires` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`email` text NOT NULL,
	`username` text,
	`name` text NOT NULL,
	`password_hash` text,
	`role` text NOT NULL,
	`status` text DEFAULT 'ACTIVE' NOT NULL,
	`email_verified_at` text,
	`email_verified` integer GENERATED ALWAYS AS (email_verified_at IS NOT NULL) VIRTUAL,
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`language` text,
	`muted` text,
	`quiet_from` text DEFAULT '21:00',
	`quiet_to` text DEFAULT '07:00',
	`digest` text DEFAULT 'single' NOT NULL,
	`digest_hour` integer DEFAULT 8 NOT NULL,
	`next_digest_at` text,
	`digest_due` text GENERATED ALWAYS AS (CASE WHEN digest = 'daily' AND status = 'ACTIVE' AND deleted_at IS NULL THEN coalesce(next_digest_at, '') END) VIRTUAL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_username` ON `users` (`username`) WHERE deleted_at IS NULL AND username IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_digest` ON `users` (`digest_due`) WHERE digest_due IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_role` ON `users` (`workspace_id`,`role`,`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `users_inactive` ON `users` (`workspace_id`,`role`,`id`) WHERE status = 'INACTIVE' AND deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `views` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`entity` text NOT NULL,
	`name` text NOT NULL,
	`owner_id` text,
	`is_shared` integer NOT NULL,
	`filter` text,
	`sort` text,
	`columns` text,
	`position` integer NOT NULL,
	`is_default` integer DEFAULT false NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`audience` text GENERATED ALWAYS AS (CASE WHEN is_shared THEN '' ELSE owner_id END) VIRTUAL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `views_list` ON `views` (`workspace_id`,`entity`,`audience`,`position`,`id`);--> statement-breakpoint
CREATE INDEX `views_private` ON `views` (`owner_id`) WHERE NOT is_shared;--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`webhook_id` text NOT NULL,
	`seq` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`event_id` text NOT NULL,
	`type` text NOT NULL,
	`subject_id` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`due_at` text NOT NULL,
	`body` text,
	`status` integer,
	`ms` integer,
	`error` text,
	`last_tried_at` text,
	`created_at` text NOT NULL,
	PRIMARY KEY(`webhook_id`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`webhook_id`,`due_at`) WHERE state = 'PENDING';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_subject` ON `webhook_deliveries` (`subject_id`) WHERE body IS NOT NULL;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_old` ON `webhook_deliveries` (`created_at`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`url` text NOT NULL,
	`types` text NOT NULL,
	`filter` text,
	`skip_own` integer DEFAULT false NOT NULL,
	`description` text,
	`state` text DEFAULT 'ACTIVE' NOT NULL,
	`reason` text,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_until` text,
	`cursor` integer NOT NULL,
	`replay_cursor` integer,
	`replay_end` integer,
	`lease_until` text,
	`held_until` text,
	`failures` integer DEFAULT 0 NOT NULL,
	`failing_since` text,
	`last_tried_at` text,
	`last_delivered_at` text,
	`recent` text NOT NULL,
	`created_by` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `webhooks_workspace` ON `webhooks` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `stripe_events` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`stripe_customer_id` text NOT NULL,
	`status` text,
	`renews_at` text,
	`ends_at` text,
	`asked_at` text NOT NULL,
	`created_at` text NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `subscriptions_stripeCustomerId_unique` ON `subscriptions` (`stripe_customer_id`);--> statement-breakpoint
CREATE TABLE `workspaces` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`plan` text DEFAULT 'FREE' NOT NULL,
	`plan_until` text,
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`language` text DEFAULT 'en' NOT NULL,
	`default_country` text,
	`unread_customers_after` integer,
	`unread_leads_after` integer,
	`purged_ticket_number` integer DEFAULT 0 NOT NULL,
	`is_heard` integer DEFAULT false NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `workspaces_slug_unique` ON `workspaces` (`slug`);
--> statement-breakpoint
-- Search and counters of leads, kept by triggers.
-- The index is contentless and its rowid is leads.seq, so that a match streams in order of arrival. What it holds is
-- computed by the generated columns of leads: folded text, the source in brackets (a phrase then matches it as a whole), and
-- one-token codes of workspace, owner and status. Tags and custom fields stand in brackets too (08-tags.sql). Of a phone number it has the digits, and each four of them as one
-- character (`gramsOf` in src/text/phone-grams.ts).
CREATE VIRTUAL TABLE leads_fts USING fts5(
  words, phone, origin, tags, fields, scope, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
--> statement-breakpoint
-- Living leads by status, a row for each owner and one, '*', for everybody. Those of nobody are the difference.
CREATE TABLE lead_counts (
  workspace_id text NOT NULL,
  owner text NOT NULL,
  in_new integer NOT NULL,
  in_contacted integer NOT NULL,
  in_qualified integer NOT NULL,
  in_closed integer NOT NULL,
  PRIMARY KEY (workspace_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
-- The one way into lead_counts: an owner's lead that was in one status and is in another, null where it did not count.
CREATE VIEW lead_tally AS SELECT workspace_id, owner, '' AS was, '' AS became FROM lead_counts;
--> statement-breakpoint
CREATE TRIGGER lead_tallied INSTEAD OF INSERT ON lead_tally WHEN new.owner IS NOT NULL AND new.was IS NOT new.became
BEGIN
  INSERT INTO lead_counts (workspace_id, owner, in_new, in_contacted, in_qualified, in_closed)
    VALUES (new.workspace_id, new.owner, (new.became IS 'NEW') - (new.was IS 'NEW'),
      (new.became IS 'CONTACTED') - (new.was IS 'CONTACTED'), (new.became IS 'QUALIFIED') - (new.was IS 'QUALIFIED'),
      (new.became IS 'CLOSED') - (new.was IS 'CLOSED'))
    ON CONFLICT DO UPDATE SET in_new = in_new + excluded.in_new, in_contacted = in_contacted + excluded.in_contacted,
      in_qualified = in_qualified + excluded.in_qualified, in_closed = in_closed + excluded.in_closed;
END;
--> statement-breakpoint
CREATE TRIGGER leads_inserted AFTER INSERT ON leads WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO leads_fts (rowid, words, phone, origin, tags, fields, scope)
    SELECT new.seq, new.search_text, new.search_phone, new.search_source, NULL, CASE WHEN new.custom_fields IS NOT NULL
        THEN (SELECT group_concat(field, '') FROM lead_field_pairs AS f WHERE f.id = new.id AND is_indexed) END, new.search_scope;
  INSERT INTO lead_tally VALUES (new.workspace_id, '*', NULL, new.status), (new.workspace_id, new.owner_id, NULL, new.status);
END;
--> statement-breakpoint
CREATE TRIGGER leads_reindexed
AFTER UPDATE OF title, folded_title, sort_name, name, email, folded_email, interest, folded_interest, phone_text, source,
  custom_fields, folded_fields, owner_id, status, deleted_at ON leads
WHEN old.search_text IS NOT new.search_text OR old.phone_text IS NOT new.phone_text OR old.search_source IS NOT new.search_source
  OR old.custom_fields IS NOT new.custom_fields OR old.folded_fields IS NOT new.folded_fields
  OR old.search_scope IS NOT new.search_scope OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM leads_fts WHERE rowid = old.seq AND old.deleted_at IS NULL;
  INSERT INTO leads_fts (rowid, words, phone, origin, tags, fields, scope)
    SELECT new.seq, new.search_text, new.search_phone, new.search_source,
      (SELECT group_concat(tag, '') FROM lead_tags CROSS JOIN indexed_tags ON id = tag_id WHERE lead_id = new.id),
      CASE WHEN new.custom_fields IS NOT NULL
        THEN (SELECT group_concat(field, '') FROM lead_field_pairs AS f WHERE f.id = new.id AND is_indexed) END,
      new.search_scope WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER leads_recounted AFTER UPDATE OF owner_id, status, deleted_at ON leads
WHEN (old.owner_id, old.status, old.deleted_at IS NULL) IS NOT (new.owner_id, new.status, new.deleted_at IS NULL)
BEGIN
  INSERT INTO lead_tally SELECT new.workspace_id, '*',
    iif(old.deleted_at IS NULL, old.status, NULL), iif(new.deleted_at IS NULL, new.status, NULL);
  INSERT INTO lead_tally SELECT new.workspace_id, old.owner_id,
    iif(old.deleted_at IS NULL, old.status, NULL),
    iif(new.deleted_at IS NULL AND old.owner_id IS new.owner_id, new.status, NULL);
  INSERT INTO lead_tally SELECT new.workspace_id, new.owner_id, NULL, iif(new.deleted_at IS NULL, new.status, NULL)
    WHERE old.owner_id IS NOT new.owner_id;
END;
--> statement-breakpoint
CREATE TRIGGER leads_purged AFTER DELETE ON leads WHEN old.deleted_at IS NULL
BEGIN
  DELETE FROM leads_fts WHERE rowid = old.seq;
  INSERT INTO lead_tally VALUES (old.workspace_id, '*', old.status, NULL), (old.workspace_id, old.owner_id, old.status, NULL);
END;
--> statement-breakpoint
CREATE VIEW leads_searchable AS
SELECT l.seq, l.id, l.search_text AS words, l.search_phone AS phone, l.search_source AS origin, l.deleted_at,
  (SELECT group_concat(tag, '') FROM lead_tags CROSS JOIN indexed_tags ON id = tag_id WHERE lead_id = l.id) AS tags,
  CASE WHEN l.custom_fields IS NOT NULL
    THEN (SELECT group_concat(field, '') FROM lead_field_pairs AS f WHERE f.id = l.id AND is_indexed) END AS fields,
  l.search_scope AS scope
FROM leads l;
--> statement-breakpoint
-- Triggers keep the search index and the counters of customers, and the owners of their records. Tags: 08-tags.sql.
-- The index has no content of its own; its rowid is customers.seq. Its texts are folded. Tags and custom fields are in
-- brackets, so that a phrase matches a whole one. Brackets in their text are replaced. Of a phone number it has the digits,
-- and each four of them as one character (`gramsOf` in src/text/phone-grams.ts). `scope` has one token for the workspace
-- and one for the owner.
CREATE VIRTUAL TABLE customers_fts USING fts5(
  name, email, phone, company, job_title, tags, fields, scope,
  content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
--> statement-breakpoint
-- Counters have a row for each owner and one, '*', for everybody. Those of nobody are the difference.
CREATE TABLE customer_counts (
  workspace_id text NOT NULL, owner text NOT NULL, count integer NOT NULL,
  PRIMARY KEY (workspace_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE customer_addresses (
  workspace_id text NOT NULL, email text NOT NULL, customer_id text NOT NULL,
  PRIMARY KEY (workspace_id, email)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER customer_addresses_made AFTER INSERT ON customers
WHEN new.other_emails IS NOT NULL AND new.deleted_at IS NULL
BEGIN
  INSERT INTO customer_addresses (workspace_id, email, customer_id)
    SELECT new.workspace_id, value ->> 'email', new.id FROM json_each(new.other_emails);
END;
--> statement-breakpoint
CREATE TRIGGER customer_addresses_changed AFTER UPDATE OF other_emails, deleted_at ON customers
WHEN (old.other_emails IS NOT NULL OR new.other_emails IS NOT NULL)
  AND (old.other_emails IS NOT new.other_emails OR old.deleted_at IS NOT new.deleted_at)
BEGIN
  DELETE FROM customer_addresses WHERE workspace_id = old.workspace_id AND customer_id = old.id
    AND email IN (SELECT value ->> 'email' FROM json_each(old.other_emails));
  INSERT INTO customer_addresses (workspace_id, email, customer_id)
    SELECT new.workspace_id, value ->> 'email', new.id FROM json_each(new.other_emails) WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_addresses_purged AFTER DELETE ON customers WHEN old.other_emails IS NOT NULL
BEGIN
  DELETE FROM customer_addresses WHERE workspace_id = old.workspace_id AND customer_id = old.id
    AND email IN (SELECT value ->> 'email' FROM json_each(old.other_emails));
END;
--> statement-breakpoint
-- The keys that two or more living customers share, and no others: most names and numbers are one customer's alone.
CREATE TABLE duplicate_keys (
  workspace_id text NOT NULL, key text NOT NULL,
  PRIMARY KEY (workspace_id, key)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER customers_inserted AFTER INSERT ON customers WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable WHERE seq = new.seq;
  INSERT INTO customer_counts (workspace_id, owner, count)
    SELECT new.workspace_id, owner, 1 FROM (SELECT '*' AS owner UNION ALL SELECT new.owner_id) WHERE owner IS NOT NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
  INSERT INTO keys_to_share VALUES (new.workspace_id, new.name_key, new.phone_e164);
END;
--> statement-breakpoint
CREATE TRIGGER customers_reindexed
AFTER UPDATE OF sort_name, email, folded_email, other_emails_text, phone_text, other_phones_text, company, folded_company,
  job_title, folded_job_title, custom_fields, folded_fields, owner_id, deleted_at ON customers
WHEN old.sort_name IS NOT new.sort_name OR old.email_text IS NOT new.email_text OR old.search_phone IS NOT new.search_phone
  OR old.company_text IS NOT new.company_text OR old.job_title_text IS NOT new.job_title_text
  OR old.custom_fields IS NOT new.custom_fields OR old.folded_fields IS NOT new.folded_fields OR old.owner_id IS NOT new.owner_id
  OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM customers_fts WHERE rowid = old.seq AND old.deleted_at IS NULL;
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable
    WHERE seq = new.seq AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customers_rekeyed AFTER UPDATE OF sort_name, bare_name, company, folded_company, bare_company, phone_e164, deleted_at ON customers
WHEN old.name_key IS NOT new.name_key OR old.phone_e164 IS NOT new.phone_e164 OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT INTO keys_to_share SELECT old.workspace_id, old.name_key, old.phone_e164 WHERE old.deleted_at IS NULL;
  INSERT INTO keys_to_share SELECT new.workspace_id, new.name_key, new.phone_e164 WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
-- The one way into duplicate_keys: a living customer with this name and number came or went.
CREATE VIEW keys_to_share AS SELECT workspace_id, key AS name_key, key AS phone_e164 FROM duplicate_keys;
--> statement-breakpoint
CREATE TRIGGER keys_shared INSTEAD OF INSERT ON keys_to_share
BEGIN
  INSERT INTO duplicate_keys (workspace_id, key) SELECT new.workspace_id, 'name ' || new.name_key
    WHERE EXISTS (SELECT 1 FROM customers INDEXED BY customers_name_key
      WHERE workspace_id = new.workspace_id AND name_key = new.name_key AND deleted_at IS NULL LIMIT 1 OFFSET 1)
    ON CONFLICT DO NOTHING;
  DELETE FROM duplicate_keys WHERE workspace_id = new.workspace_id AND key = 'name ' || new.name_key
    AND NOT EXISTS (SELECT 1 FROM customers INDEXED BY customers_name_key
      WHERE workspace_id = new.workspace_id AND name_key = new.name_key AND deleted_at IS NULL LIMIT 1 OFFSET 1);
  INSERT INTO duplicate_keys (workspace_id, key) SELECT new.workspace_id, 'phone ' || new.phone_e164
    WHERE EXISTS (SELECT 1 FROM customers INDEXED BY customers_phone
      WHERE workspace_id = new.workspace_id AND phone_e164 = new.phone_e164 AND phone_e164 IS NOT NULL AND deleted_at IS NULL
      LIMIT 1 OFFSET 1)
    ON CONFLICT DO NOTHING;
  DELETE FROM duplicate_keys WHERE workspace_id = new.workspace_id AND key = 'phone ' || new.phone_e164
    AND NOT EXISTS (SELECT 1 FROM customers INDEXED BY customers_phone
      WHERE workspace_id = new.workspace_id AND phone_e164 = new.phone_e164 AND phone_e164 IS NOT NULL AND deleted_at IS NULL
      LIMIT 1 OFFSET 1);
END;
--> statement-breakpoint
CREATE TRIGGER customers_recounted AFTER UPDATE OF owner_id, deleted_at ON customers
WHEN old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT INTO customer_counts (workspace_id, owner, count)
    SELECT old.workspace_id, value, -1
    FROM json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), old.owner_id))
    WHERE value IS NOT NULL AND old.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
  INSERT INTO customer_counts (workspace_id, owner, count)
    SELECT new.workspace_id, value, 1
    FROM json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), new.owner_id))
    WHERE value IS NOT NULL AND new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
-- What hangs on a record repeats its owner. Up to 100 rows follow in the same transaction, and more by a job.
CREATE TRIGGER customers_owner_followed AFTER UPDATE OF owner_id ON customers WHEN old.owner_id IS NOT new.owner_id
BEGIN
  UPDATE interactions SET owner_id = new.owner_id
  WHERE seq IN (SELECT seq FROM interactions WHERE customer_id = new.id LIMIT 100);
  UPDATE tickets SET owner_id = new.owner_id WHERE seq IN (SELECT seq FROM tickets WHERE customer_id = new.id LIMIT 100);
END;
--> statement-breakpoint
CREATE TRIGGER customers_owner_followed_by_job AFTER UPDATE OF owner_id ON customers
WHEN old.owner_id IS NOT new.owner_id AND (
  EXISTS (SELECT 1 FROM interactions WHERE customer_id = new.id LIMIT 1 OFFSET 100)
  OR EXISTS (SELECT 1 FROM tickets WHERE customer_id = new.id LIMIT 1 OFFSET 100))
BEGIN
  INSERT INTO owners_to_follow VALUES (new.workspace_id, new.id, 'customer');
END;
--> statement-breakpoint
CREATE TRIGGER leads_owner_followed AFTER UPDATE OF owner_id ON leads
WHEN old.owner_id IS NOT new.owner_id
  AND NOT EXISTS (SELECT 1 FROM interactions WHERE lead_id = new.id LIMIT 1 OFFSET 100)
BEGIN
  UPDATE interactions SET owner_id = new.owner_id WHERE lead_id = new.id AND customer_id IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER leads_owner_followed_by_job AFTER UPDATE OF owner_id ON leads
WHEN old.owner_id IS NOT new.owner_id AND EXISTS (SELECT 1 FROM interactions WHERE lead_id = new.id LIMIT 1 OFFSET 100)
BEGIN
  INSERT INTO owners_to_follow VALUES (new.workspace_id, new.id, 'lead');
END;
--> statement-breakpoint
-- The one way for a trigger to begin a job: a record inserted here has rows that are to follow its owner.
CREATE VIEW owners_to_follow AS SELECT workspace_id, subject_id AS id, kind AS subject FROM jobs;
--> statement-breakpoint
CREATE TRIGGER owner_to_follow INSTEAD OF INSERT ON owners_to_follow
BEGIN
  INSERT INTO jobs (id, workspace_id, kind, input, subject_id, due_at, actor_type, created_at, updated_at)
  SELECT lower(format('%08x-%04x-7%s-8%s-%s', ms >> 16, ms & 65535, substr(hex(randomblob(2)), 2),
      substr(hex(randomblob(2)), 2), hex(randomblob(6)))),
    new.workspace_id, 'owner', json_object('subject', new.subject, 'id', new.id), new.id, at, 'system', at, at
  FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS ms, strftime('%Y-%m-%dT%H:%M:%fZ') AS at);
END;
--> statement-breakpoint
-- While such a job walks along a column, what changes its place there follows at once, or the walk could miss it.
CREATE TRIGGER interaction_moved_in_time AFTER UPDATE OF occurred_at ON interactions
WHEN old.occurred_at <> new.occurred_at
BEGIN
  UPDATE interactions SET owner_id = (SELECT owner_id FROM parents WHERE id = coalesce(new.customer_id, new.lead_id))
  WHERE seq = new.seq AND owner_id IS NOT (SELECT owner_id FROM parents WHERE id = coalesce(new.customer_id, new.lead_id));
END;
--> statement-breakpoint
CREATE TRIGGER ticket_trashed_or_restored AFTER UPDATE OF deleted_at ON tickets WHEN old.deleted_at IS NOT new.deleted_at
BEGIN
  UPDATE tickets SET owner_id = (SELECT owner_id FROM customers WHERE id = new.customer_id)
  WHERE seq = new.seq AND owner_id IS NOT (SELECT owner_id FROM customers WHERE id = new.customer_id);
END;
--> statement-breakpoint
-- A customer has 50 tags at most, and is indexed anew when a tag comes or goes. While a statement changes many, the customer
-- stands in tagged_customers: then that is done once, when the row goes.
CREATE TRIGGER customer_tagged_alone AFTER INSERT ON customer_tags
WHEN NOT EXISTS (SELECT 1 FROM tagged_customers WHERE customer_id = new.customer_id)
BEGIN
  SELECT RAISE(ABORT, 'breach: too_many_tags')
    WHERE EXISTS (SELECT 1 FROM customer_tags WHERE customer_id = new.customer_id LIMIT 1 OFFSET 50);
  DELETE FROM customers_fts WHERE rowid = (SELECT seq FROM customers WHERE id = new.customer_id AND deleted_at IS NULL);
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable
    WHERE seq = (SELECT seq FROM customers WHERE id = new.customer_id) AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_untagged_alone AFTER DELETE ON customer_tags
WHEN NOT EXISTS (SELECT 1 FROM tagged_customers WHERE customer_id = old.customer_id)
BEGIN
  DELETE FROM customers_fts WHERE rowid = (SELECT seq FROM customers WHERE id = old.customer_id AND deleted_at IS NULL);
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable
    WHERE seq = (SELECT seq FROM customers WHERE id = old.customer_id) AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_tagged_in_all AFTER DELETE ON tagged_customers
BEGIN
  SELECT RAISE(ABORT, 'breach: too_many_tags')
    WHERE EXISTS (SELECT 1 FROM customer_tags WHERE customer_id = old.customer_id LIMIT 1 OFFSET 50);
  DELETE FROM customers_fts WHERE rowid = (SELECT seq FROM customers WHERE id = old.customer_id AND deleted_at IS NULL);
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable
    WHERE seq = (SELECT seq FROM customers WHERE id = old.customer_id) AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_tagged AFTER INSERT ON customer_tags
BEGIN
  INSERT INTO tag_tally SELECT new.tag_id, value, 1, 0, 0 FROM customers AS c, json_each(json_array('*', c.owner_id))
    WHERE c.id = new.customer_id AND c.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_untagged AFTER DELETE ON customer_tags
BEGIN
  INSERT INTO tag_tally SELECT old.tag_id, value, -1, 0, 0 FROM customers AS c, json_each(json_array('*', c.owner_id))
    WHERE c.id = old.customer_id AND c.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE VIEW customers_searchable AS
SELECT
  c.seq, c.id, c.sort_name AS name, c.email_text AS email, c.company_text AS company, c.job_title_text AS job_title, c.deleted_at,
  c.search_phone AS phone,
  (SELECT group_concat(tag, '') FROM customer_tags CROSS JOIN indexed_tags ON id = tag_id WHERE customer_id = c.id) AS tags,
  CASE WHEN c.custom_fields IS NOT NULL
    THEN (SELECT group_concat(field, '') FROM customer_field_pairs AS f WHERE f.id = c.id AND is_indexed) END AS fields,
  c.search_scope AS scope
FROM customers c;
--> statement-breakpoint
-- Words of what was said, by workspace. The index has no content of its own; its rowid is interactions.seq. Who owns the
-- record does not stand in it, since rows follow a change of the owner: each hit is looked up.
CREATE VIRTUAL TABLE interactions_fts USING fts5(
  words, scope, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
--> statement-breakpoint
CREATE TRIGGER interactions_indexed AFTER INSERT ON interactions
BEGIN
  INSERT INTO interactions_fts (rowid, words, scope) VALUES (new.seq, new.search_text, new.search_scope);
END;
--> statement-breakpoint
CREATE TRIGGER interactions_reindexed AFTER UPDATE OF body, folded_body ON interactions WHEN old.search_text IS NOT new.search_text
BEGIN
  DELETE FROM interactions_fts WHERE rowid = old.seq;
  INSERT INTO interactions_fts (rowid, words, scope) VALUES (new.seq, new.search_text, new.search_scope);
END;
--> statement-breakpoint
CREATE TRIGGER interactions_unindexed AFTER DELETE ON interactions
BEGIN
  DELETE FROM interactions_fts WHERE rowid = old.seq;
END;
--> statement-breakpoint
-- When a customer was last in touch (plans do not count), how often, and when next to be followed up. Rows that move to
-- another customer are told to both in one statement of the move (src/customers/customers.facts.ts). A row more can only move them
-- one way; a changed or lost one may have been the very one, so that they are looked up again. Customers are written
-- only where something changes: a written row costs a thousand times what a read one does.
CREATE TRIGGER interaction_inserted AFTER INSERT ON interactions WHEN new.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET interaction_count = interaction_count + 1
  WHERE id = new.customer_id AND new.type NOT IN ('TASK', 'FOLLOW_UP') AND last_interaction_at >= new.occurred_at;
  UPDATE customers SET interaction_count = interaction_count + 1, last_interaction_at = new.occurred_at
  WHERE id = new.customer_id AND new.type NOT IN ('TASK', 'FOLLOW_UP') AND changes() = 0;
  UPDATE customers SET next_follow_up_at = new.follow_up_at
  WHERE id = new.customer_id AND new.follow_up_at IS NOT NULL AND new.done_at IS NULL
    AND (next_follow_up_at IS NULL OR next_follow_up_at > new.follow_up_at);
END;
--> statement-breakpoint
CREATE VIEW customers_kept AS
SELECT c.id,
  (SELECT max(occurred_at) FROM interactions i
    WHERE i.customer_id = c.id AND i.type NOT IN ('TASK', 'FOLLOW_UP')) AS last_interaction_at,
  (SELECT min(follow_up_at) FROM interactions i
    WHERE i.customer_id = c.id AND i.follow_up_at IS NOT NULL AND i.done_at IS NULL) AS next_follow_up_at
FROM customers c;
--> statement-breakpoint
CREATE TRIGGER interaction_updated
AFTER UPDATE OF type, occurred_at, follow_up_at, done_at ON interactions WHEN new.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET (last_interaction_at, next_follow_up_at) =
    (SELECT k.last_interaction_at, k.next_follow_up_at FROM customers_kept k WHERE k.id = customers.id)
  WHERE id = new.customer_id AND (last_interaction_at, next_follow_up_at) IS NOT
    (SELECT k.last_interaction_at, k.next_follow_up_at FROM customers_kept k WHERE k.id = customers.id);
END;
--> statement-breakpoint
CREATE TRIGGER interaction_deleted AFTER DELETE ON interactions WHEN old.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET (last_interaction_at, next_follow_up_at) =
    (SELECT k.last_interaction_at, k.next_follow_up_at FROM customers_kept k WHERE k.id = customers.id)
  WHERE id = old.customer_id AND (last_interaction_at, next_follow_up_at) IS NOT
    (SELECT k.last_interaction_at, k.next_follow_up_at FROM customers_kept k WHERE k.id = customers.id);
END;
--> statement-breakpoint
-- What tickets are narrowed by, each a word: workspace, status, priority, customer, owner, assignee, tags and custom fields.
-- Any selection of them streams in order of arrival. Status, priority, custom fields, and nobody as owner or assignee, are
-- words of the workspace. A custom field is written in hexadecimal digits.
CREATE VIRTUAL TABLE tickets_fts USING fts5(
  facets, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
--> statement-breakpoint
-- Words of title and description, by workspace, as interactions_fts has them.
CREATE VIRTUAL TABLE tickets_words USING fts5(
  words, scope, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
--> statement-breakpoint
CREATE TRIGGER tickets_indexed AFTER INSERT ON tickets
BEGIN
  INSERT INTO tickets_words (rowid, words, scope) VALUES (new.seq, new.search_text, new.search_scope);
END;
--> statement-breakpoint
CREATE TRIGGER tickets_words_changed AFTER UPDATE OF title, folded_title, description, folded_description ON tickets
WHEN old.search_text IS NOT new.search_text
BEGIN
  DELETE FROM tickets_words WHERE rowid = old.seq;
  INSERT INTO tickets_words (rowid, words, scope) VALUES (new.seq, new.search_text, new.search_scope);
END;
--> statement-breakpoint
CREATE TRIGGER tickets_unindexed AFTER DELETE ON tickets
BEGIN
  DELETE FROM tickets_words WHERE rowid = old.seq;
END;
--> statement-breakpoint
CREATE VIEW tickets_facets AS
SELECT t.seq, t.deleted_at, replace(replace(
  'w' || t.workspace_id || ' s' || t.workspace_id || t.status || ' p' || t.workspace_id || t.priority
  || ' c' || t.customer_id || ' o' || coalesce(t.owner_id, t.workspace_id) || ' a' || coalesce(t.assignee_id, t.workspace_id)
  || coalesce((SELECT group_concat(' t' || tag_id, '') FROM ticket_tags WHERE ticket_id = t.id), '')
  || coalesce(CASE WHEN t.custom_fields IS NOT NULL THEN (SELECT group_concat(' f' || t.workspace_id || hex(pair), '') FROM ticket_field_pairs AS f WHERE f.id = t.id AND is_indexed) END, ''),
  '-', ''), '_', '') AS facets
FROM tickets t;
--> statement-breakpoint
CREATE TRIGGER tickets_inserted AFTER INSERT ON tickets WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO tickets_fts (rowid, facets) SELECT seq, facets FROM tickets_facets WHERE seq = new.seq;
END;
--> statement-breakpoint
CREATE TRIGGER tickets_reindexed
AFTER UPDATE OF status, priority, customer_id, owner_id, assignee_id, custom_fields, folded_fields, deleted_at ON tickets
WHEN old.status IS NOT new.status OR old.priority IS NOT new.priority OR old.customer_id IS NOT new.customer_id
  OR old.owner_id IS NOT new.owner_id OR old.assignee_id IS NOT new.assignee_id
  OR old.custom_fields IS NOT new.custom_fields OR old.folded_fields IS NOT new.folded_fields OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM tickets_fts WHERE rowid = old.seq;
  INSERT INTO tickets_fts (rowid, facets) SELECT seq, facets FROM tickets_facets WHERE seq = new.seq AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER tickets_purged AFTER DELETE ON tickets
BEGIN
  DELETE FROM tickets_fts WHERE rowid = old.seq;
END;
--> statement-breakpoint
-- A customer's living tickets go to the trash and come back with the customer, by having the same deleted_at; what was
-- in the trash by itself stays there. A customer that is merged away takes none along: they belong to the survivor.
CREATE TRIGGER customer_trash_followed AFTER UPDATE OF deleted_at ON customers
WHEN old.deleted_at IS NOT new.deleted_at
  AND NOT EXISTS (SELECT 1 FROM customer_merges m WHERE m.merged_id = new.id AND m.undone_at IS NULL)
BEGIN
  UPDATE tickets SET deleted_at = new.deleted_at WHERE customer_id = new.id AND deleted_at IS old.deleted_at;
END;
--> statement-breakpoint
-- All tickets of a customer, those in the trash too: its own index knows the living alone.
CREATE INDEX tickets_of_customer ON tickets (customer_id, deleted_at);
--> statement-breakpoint
-- What a member is to solve for customers of others, without the many that one solves for the own ones.
CREATE INDEX tickets_lent ON tickets (workspace_id, assignee_id) WHERE deleted_at IS NULL AND assignee_id IS NOT owner_id;
--> statement-breakpoint
-- Tickets are numbered on from the highest that there is or was: what is purged leaves its number behind.
CREATE TRIGGER ticket_number_kept AFTER DELETE ON tickets
BEGIN
  UPDATE workspaces SET purged_ticket_number = old.number WHERE id = old.workspace_id AND purged_ticket_number < old.number;
END;
--> statement-breakpoint
-- Relationships seen from the other side, ordered by the other customer.
CREATE INDEX relationships_from ON customer_relationships (to_id, from_id);
--> statement-breakpoint
-- Who stands above somebody, without passing the many who stand below.
CREATE INDEX relationships_above ON customer_relationships (from_id, kind, to_id);
--> statement-breakpoint
CREATE INDEX relationships_below ON customer_relationships (to_id, kind, from_id);
--> statement-breakpoint
-- A copy that a merge made is the customer's own once it was changed, and undoing the merge leaves it alone.
CREATE TRIGGER relationship_changed AFTER UPDATE OF kind ON customer_relationships
BEGIN
  DELETE FROM customer_merged_rows WHERE kind = 'relationships' AND row_id = old.to_id
    AND merge_id IN (SELECT id FROM customer_merges WHERE survivor_id = old.from_id);
  DELETE FROM customer_merged_rows WHERE kind = 'relationships' AND row_id = old.from_id
    AND merge_id IN (SELECT id FROM customer_merges WHERE survivor_id = old.to_id);
END;
--> statement-breakpoint
CREATE TRIGGER relationship_ended AFTER DELETE ON customer_relationships
BEGIN
  DELETE FROM customer_merged_rows WHERE kind = 'relationships' AND row_id = old.to_id
    AND merge_id IN (SELECT id FROM customer_merges WHERE survivor_id = old.from_id);
  DELETE FROM customer_merged_rows WHERE kind = 'relationships' AND row_id = old.from_id
    AND merge_id IN (SELECT id FROM customer_merges WHERE survivor_id = old.to_id);
END;
--> statement-breakpoint
CREATE TRIGGER tag_taken_off AFTER DELETE ON customer_tags
BEGIN
  DELETE FROM customer_merged_rows WHERE kind = 'tags' AND row_id = old.tag_id
    AND merge_id IN (SELECT id FROM customer_merges WHERE survivor_id = old.customer_id);
END;
--> statement-breakpoint
-- What analytics reads: days of figures (rollups) and open tickets, kept by triggers, so that nobody counts records.
-- A figure is a fact of what happened: it counts on its day for whoever it concerned then, and nothing that happens
-- later moves it. Only what is still to be done (metric 'due') goes with its owner.
--   lead         made, by source; kind: its status then. Of the owner it was made for. Of a day, the first 50 sources have
--                rows of their own; all others share one, whose part is U+10FFFF
--   claim        duration: from the lead's arrival, the first time it is claimed. Of the claimer
--   contact      first call, e-mail, meeting or status beyond NEW; duration: from the lead's arrival. Of its owner then
--   move         kind: FROM>TO of the status; duration: in FROM. Of its owner then
--   conversion   the same for a lead that became a customer
--   customer     made. Of the owner it was made for
--   interaction  kind: its type; on the day it occurred. Of its author
--   ticket       opened. Of who opened it
--   resolution   of a ticket that was open. Of who resolved or closed it
--   due          open follow-ups on the day they are due; part: interaction or lead. Of the owner now
-- In cells, every zone's clock is a whole number of quarter-hours off UTC, so that a local day is exact from two rows.
-- A duration of s seconds is step 1 + ln(s) / ln(1.04), rounded down: within 2 % of the middle of its step.
CREATE TABLE rollups (
  workspace_id text NOT NULL, owner text NOT NULL, metric text NOT NULL, day text NOT NULL, part text NOT NULL,
  count integer NOT NULL, cells text NOT NULL,
  PRIMARY KEY (workspace_id, owner, metric, day, part)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE ticket_counts (
  workspace_id text NOT NULL, owner text NOT NULL, count integer NOT NULL,
  PRIMARY KEY (workspace_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
-- What an interaction hangs on. What still hangs on a customer that was merged away belongs to the survivor.
CREATE VIEW parents AS
SELECT id, owner_id, iif(deleted_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM customer_merges m WHERE m.merged_id = customers.id AND m.undone_at IS NULL),
  NULL, deleted_at) AS deleted_at FROM customers
UNION ALL SELECT id, owner_id, deleted_at FROM leads;
--> statement-breakpoint
-- The one way into rollups: a fact that is inserted here is counted for its owner and for everybody, or, by -1, taken
-- back; with everybody null, for the owner alone.
-- Triggers of one change run in no particular order, so that a cell may be below zero until all of them have run.
CREATE VIEW tally AS
SELECT workspace_id, '*' AS everybody, owner, metric, day AS at, part, '' AS kind, 0.0 AS seconds, count AS by
FROM rollups;
--> statement-breakpoint
CREATE TRIGGER tallied INSTEAD OF INSERT ON tally
BEGIN
  INSERT INTO rollups (workspace_id, owner, metric, day, part, count, cells)
    SELECT new.workspace_id, owner, new.metric, substr(new.at, 1, 10), new.part, new.by, json_object(
      (substr(new.at, 12, 2) * 4 + CAST(substr(new.at, 15, 2) AS INTEGER) / 15) || '/' || new.kind || '/' || CASE
        WHEN new.seconds IS NULL THEN '' WHEN new.seconds < 1 THEN 0
        ELSE 1 + CAST(ln(new.seconds) / ln(1.04) AS INTEGER) END,
      new.by)
    FROM (SELECT new.owner AS owner UNION ALL SELECT new.everybody) WHERE owner IS NOT NULL
    ON CONFLICT DO UPDATE SET count = count + excluded.count, cells = (
      SELECT CASE n WHEN 0 THEN json_remove(rollups.cells, path) ELSE json_set(rollups.cells, path, n) END
      FROM (SELECT path, coalesce(json_extract(rollups.cells, path), 0) + excluded.count AS n
        FROM (SELECT '$."' || key || '"' AS path FROM json_each(excluded.cells))));
  DELETE FROM rollups WHERE (new.by < 0 OR new.part = 'interaction') AND workspace_id = new.workspace_id
    AND owner IN (new.everybody, new.owner) AND metric = new.metric AND day = substr(new.at, 1, 10)
    AND part = new.part AND cells = '{}';
END;
--> statement-breakpoint
CREATE TRIGGER lead_made AFTER INSERT ON leads
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', new.owner_id, 'lead', new.created_at, CASE
      WHEN EXISTS (SELECT 1 FROM rollups WHERE workspace_id = new.workspace_id AND owner = '*' AND metric = 'lead'
        AND day = substr(new.created_at, 1, 10) AND part = coalesce(new.source, '')) THEN coalesce(new.source, '')
      WHEN (SELECT count(*) FROM (SELECT 1 FROM rollups WHERE workspace_id = new.workspace_id AND owner = '*'
        AND metric = 'lead' AND day = substr(new.created_at, 1, 10) LIMIT 50)) < 50 THEN coalesce(new.source, '')
      ELSE char(1114111) END, new.status, NULL, 1;
  INSERT INTO tally SELECT new.workspace_id, '*', new.owner_id, 'due', new.follow_up_at, 'lead', '', NULL, 1
    WHERE new.follow_up_at IS NOT NULL AND new.status <> 'CLOSED' AND new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_due AFTER UPDATE OF follow_up_at, status, owner_id, deleted_at ON leads
WHEN coalesce(old.follow_up_at, new.follow_up_at) IS NOT NULL
  AND (old.follow_up_at, old.status = 'CLOSED', old.owner_id, old.deleted_at IS NULL)
    IS NOT (new.follow_up_at, new.status = 'CLOSED', new.owner_id, new.deleted_at IS NULL)
BEGIN
  INSERT INTO tally SELECT old.workspace_id, iif(old.follow_up_at = new.follow_up_at
      AND (old.status = 'CLOSED', old.deleted_at IS NULL) = (new.status = 'CLOSED', new.deleted_at IS NULL), NULL, '*'),
    old.owner_id, 'due', old.follow_up_at, 'lead', '', NULL, -1
    WHERE old.follow_up_at IS NOT NULL AND old.status <> 'CLOSED' AND old.deleted_at IS NULL;
  INSERT INTO tally SELECT new.workspace_id, iif(old.follow_up_at = new.follow_up_at
      AND (old.status = 'CLOSED', old.deleted_at IS NULL) = (new.status = 'CLOSED', new.deleted_at IS NULL), NULL, '*'),
    new.owner_id, 'due', new.follow_up_at, 'lead', '', NULL, 1
    WHERE new.follow_up_at IS NOT NULL AND new.status <> 'CLOSED' AND new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_gone AFTER DELETE ON leads
BEGIN
  INSERT INTO tally SELECT old.workspace_id, '*', old.owner_id, 'due', old.follow_up_at, 'lead', '', NULL, -1
    WHERE old.follow_up_at IS NOT NULL AND old.status <> 'CLOSED' AND old.deleted_at IS NULL;
END;
--> statement-breakpoint
-- A lead's history is told by its events, of which each change writes one. How far the lead had come is read from it: it is
-- written there by the change itself, after its event, but for a claim, whose event may come before or after.
CREATE TRIGGER lead_claimed AFTER INSERT ON events WHEN new.verb = 'lead.claimed'
BEGIN
  INSERT INTO tally SELECT l.workspace_id, '*', new.actor_id, 'claim', new.created_at, '', '',
    CASE WHEN l.claims = (l.owner_id IS NOT NULL) THEN (julianday(new.created_at) - julianday(l.created_at)) * 86400 END, 1
    FROM leads l WHERE l.id = new.subject_id;
END;
--> statement-breakpoint
CREATE VIEW first_contacts AS SELECT id AS lead_id, contacted_at AS at FROM leads;
--> statement-breakpoint
CREATE TRIGGER lead_contacted INSTEAD OF INSERT ON first_contacts
BEGIN
  INSERT INTO tally SELECT l.workspace_id, '*', l.owner_id, 'contact', max(new.at, l.created_at),
    '', '', max((julianday(new.at) - julianday(l.created_at)) * 86400, 0), 1
    FROM leads l WHERE l.id = new.lead_id AND l.contacted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_moved AFTER INSERT ON events
WHEN new.verb IN ('lead.updated', 'lead.converted') AND new.changes ->> '$.status[1]' IS NOT NULL
BEGIN
  INSERT INTO tally SELECT l.workspace_id, '*', l.owner_id,
    iif(new.verb = 'lead.converted', 'conversion', 'move'), new.created_at, '',
    new.changes ->> '$.status[0]' || '>' || (new.changes ->> '$.status[1]'),
    (julianday(new.created_at) - julianday(coalesce(l.stage_since, l.created_at))) * 86400, 1
    FROM leads l WHERE l.id = new.subject_id;
  INSERT INTO first_contacts SELECT new.subject_id, new.created_at
    WHERE new.verb = 'lead.converted' OR new.changes ->> '$.status[1]' IN ('CONTACTED', 'QUALIFIED');
END;
--> statement-breakpoint
CREATE TRIGGER lead_spoken_with AFTER INSERT ON events
WHEN new.verb = 'interaction.created' AND new.changes ->> '$.leadId[1]' IS NOT NULL
  AND new.changes ->> '$.type[1]' IN ('CALL', 'EMAIL', 'MEETING')
BEGIN
  INSERT INTO first_contacts SELECT new.changes ->> '$.leadId[1]',
    min(coalesce(new.changes ->> '$.occurredAt[1]', new.created_at), new.created_at);
  UPDATE leads SET contacted_at = min(coalesce(new.changes ->> '$.occurredAt[1]', new.created_at), new.created_at)
    WHERE id = new.changes ->> '$.leadId[1]' AND contacted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_made AFTER INSERT ON customers
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', new.owner_id, 'customer', new.created_at,
    '', '', NULL, 1;
END;
--> statement-breakpoint
CREATE TRIGGER interaction_counted AFTER INSERT ON interactions
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', new.created_by, 'interaction',
    new.occurred_at, '', new.type, NULL, 1;
  INSERT INTO tally SELECT new.workspace_id, '*', new.owner_id, 'due', new.follow_up_at, 'interaction', '', NULL, 1
    WHERE new.follow_up_at IS NOT NULL AND new.done_at IS NULL
      AND (SELECT deleted_at FROM parents WHERE id = coalesce(new.customer_id, new.lead_id)) IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER interaction_recounted AFTER UPDATE OF type, occurred_at ON interactions
WHEN old.type <> new.type OR old.occurred_at <> new.occurred_at
BEGIN
  INSERT INTO tally SELECT old.workspace_id, '*', old.created_by, 'interaction',
    old.occurred_at, '', old.type, NULL, -1;
  INSERT INTO tally SELECT new.workspace_id, '*', new.created_by, 'interaction',
    new.occurred_at, '', new.type, NULL, 1;
END;
--> statement-breakpoint
CREATE TRIGGER interaction_retyped AFTER UPDATE OF type ON interactions
WHEN (old.type IN ('TASK', 'FOLLOW_UP')) <> (new.type IN ('TASK', 'FOLLOW_UP'))
BEGIN
  UPDATE customers SET interaction_count = interaction_count + iif(new.type IN ('TASK', 'FOLLOW_UP'), -1, 1)
    WHERE id = new.customer_id;
END;
--> statement-breakpoint
CREATE TRIGGER interaction_due AFTER UPDATE OF follow_up_at, done_at, owner_id, customer_id ON interactions
WHEN coalesce(old.follow_up_at, new.follow_up_at) IS NOT NULL
  AND (old.follow_up_at, old.done_at IS NULL, old.owner_id,
      (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(old.customer_id, old.lead_id)))
    IS NOT (new.follow_up_at, new.done_at IS NULL, new.owner_id,
      (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(new.customer_id, new.lead_id)))
BEGIN
  INSERT INTO tally SELECT old.workspace_id, iif(old.follow_up_at = new.follow_up_at
      AND (old.done_at IS NULL, (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(old.customer_id, old.lead_id)))
        IS (new.done_at IS NULL, (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(new.customer_id, new.lead_id))), NULL, '*'),
    old.owner_id, 'due', old.follow_up_at, 'interaction', '', NULL, -1
    WHERE old.follow_up_at IS NOT NULL AND old.done_at IS NULL
      AND (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(old.customer_id, old.lead_id));
  INSERT INTO tally SELECT new.workspace_id, iif(old.follow_up_at = new.follow_up_at
      AND (old.done_at IS NULL, (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(old.customer_id, old.lead_id)))
        IS (new.done_at IS NULL, (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(new.customer_id, new.lead_id))), NULL, '*'),
    new.owner_id, 'due', new.follow_up_at, 'interaction', '', NULL, 1
    WHERE new.follow_up_at IS NOT NULL AND new.done_at IS NULL
      AND (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(new.customer_id, new.lead_id));
END;
--> statement-breakpoint
-- An interaction that is purged with its customer or lead happened and stays counted; one that is deleted was a mistake.
CREATE TRIGGER interaction_uncounted AFTER DELETE ON interactions
WHEN (SELECT deleted_at FROM parents WHERE id = coalesce(old.customer_id, old.lead_id)) IS NULL
BEGIN
  INSERT INTO tally SELECT old.workspace_id, '*', old.created_by, 'interaction',
    old.occurred_at, '', old.type, NULL, -1;
  INSERT INTO tally SELECT old.workspace_id, '*', old.owner_id, 'due', old.follow_up_at, 'interaction', '', NULL, -1
    WHERE old.follow_up_at IS NOT NULL AND old.done_at IS NULL;
  UPDATE customers SET interaction_count = interaction_count - 1
    WHERE id = old.customer_id AND old.type NOT IN ('TASK', 'FOLLOW_UP');
END;
--> statement-breakpoint
-- Nothing is due for a customer or lead in the trash.
CREATE TRIGGER customer_due_followed AFTER UPDATE OF deleted_at ON customers
WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM customer_merges m WHERE m.merged_id = new.id AND m.undone_at IS NULL)
BEGIN
  INSERT INTO tally SELECT workspace_id, '*', owner_id, 'due', follow_up_at, 'interaction', '',
    NULL, iif(new.deleted_at IS NULL, 1, -1)
    FROM interactions WHERE customer_id = new.id AND follow_up_at IS NOT NULL AND done_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_due_followed AFTER UPDATE OF deleted_at ON leads
WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL)
BEGIN
  INSERT INTO tally SELECT workspace_id, '*', owner_id, 'due', follow_up_at, 'interaction', '',
    NULL, iif(new.deleted_at IS NULL, 1, -1)
    FROM interactions
    WHERE lead_id = new.id AND customer_id IS NULL AND follow_up_at IS NOT NULL AND done_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_made AFTER INSERT ON tickets
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', new.opened_by, 'ticket', new.created_at,
    '', '', NULL, 1;
  INSERT INTO ticket_counts (workspace_id, owner, count)
    SELECT new.workspace_id, value, 1
    FROM (SELECT '*' AS value UNION ALL SELECT new.owner_id
      UNION ALL SELECT nullif(new.assignee_id, new.owner_id))
    WHERE value IS NOT NULL AND new.status IN ('OPEN', 'IN_PROGRESS') AND new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_recounted AFTER UPDATE OF status, owner_id, assignee_id, deleted_at ON tickets
WHEN (old.status IN ('OPEN', 'IN_PROGRESS'), old.owner_id, old.assignee_id, old.deleted_at IS NULL)
  IS NOT (new.status IN ('OPEN', 'IN_PROGRESS'), new.owner_id, new.assignee_id, new.deleted_at IS NULL)
BEGIN
  INSERT INTO ticket_counts (workspace_id, owner, count)
    SELECT old.workspace_id, value, -1
    FROM (SELECT '*' AS value UNION ALL SELECT old.owner_id
      UNION ALL SELECT nullif(old.assignee_id, old.owner_id))
    WHERE value IS NOT NULL AND old.status IN ('OPEN', 'IN_PROGRESS') AND old.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
  INSERT INTO ticket_counts (workspace_id, owner, count)
    SELECT new.workspace_id, value, 1
    FROM (SELECT '*' AS value UNION ALL SELECT new.owner_id
      UNION ALL SELECT nullif(new.assignee_id, new.owner_id))
    WHERE value IS NOT NULL AND new.status IN ('OPEN', 'IN_PROGRESS') AND new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_gone AFTER DELETE ON tickets
WHEN old.status IN ('OPEN', 'IN_PROGRESS') AND old.deleted_at IS NULL
BEGIN
  INSERT INTO ticket_counts (workspace_id, owner, count)
    SELECT old.workspace_id, value, -1
    FROM (SELECT '*' AS value UNION ALL SELECT old.owner_id
      UNION ALL SELECT nullif(old.assignee_id, old.owner_id))
    WHERE value IS NOT NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_resolved AFTER INSERT ON events
WHEN new.verb = 'ticket.updated' AND new.changes ->> '$.status[0]' IN ('OPEN', 'IN_PROGRESS')
  AND new.changes ->> '$.status[1]' IN ('RESOLVED', 'CLOSED')
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', iif(new.actor_type = 'user', new.actor_id, NULL), 'resolution',
    new.created_at, '', '', NULL, 1;
END;
--> statement-breakpoint
-- The same facts out of records and events, for what was there before, and for comparing. What has changed since is
-- read as it was from the event that changed it.
CREATE VIEW first_values AS
SELECT e.subject_id, j.key AS field, min(e.created_at) AS at,
  coalesce(iif(e.verb IN ('lead.created', 'customer.created'), j.value ->> 1, j.value ->> 0), '') AS value
FROM (
  SELECT subject_id, verb, changes, created_at FROM events WHERE subject_type IN ('lead', 'customer')
  UNION ALL SELECT survivor_id, 'customer.merged', fields, created_at FROM customer_merges) e JOIN json_each(e.changes) j
WHERE j.key IN ('ownerId', 'status', 'source')
GROUP BY e.subject_id, j.key;
--> statement-breakpoint
CREATE VIEW born AS
SELECT subject_id, max(iif(field = 'ownerId', value, NULL)) AS owner, max(iif(field = 'status', value, NULL)) AS status,
  max(iif(field = 'source', value, NULL)) AS source
FROM first_values GROUP BY subject_id;
--> statement-breakpoint
CREATE VIEW lead_steps AS
SELECT seq, lead_id, workspace_id, verb, at, actor_id, was, became, said_at,
  coalesce(substr(max(iif(hands, format('%016d', seq) || coalesce(owner, ''), NULL)) OVER before, 17), '') AS owner_then,
  max(iif(became IS NOT NULL, at, NULL)) OVER before AS stage_since,
  coalesce(sum(verb = 'lead.claimed') OVER before, 0) AS claims_before,
  coalesce(sum(said_at IS NOT NULL) OVER before, 0) AS contacts_before
FROM (
  SELECT seq, coalesce(changes ->> '$.leadId[1]', subject_id) AS lead_id, workspace_id, verb, created_at AS at, actor_id,
    changes ->> '$.status[0]' AS was, changes ->> '$.status[1]' AS became,
    json_type(changes, '$.ownerId') IS NOT NULL AS hands, changes ->> '$.ownerId[1]' AS owner,
    CASE WHEN verb = 'lead.converted' OR verb = 'lead.updated' AND changes ->> '$.status[1]' IN ('CONTACTED', 'QUALIFIED')
      THEN created_at
    WHEN verb = 'interaction.created' AND changes ->> '$.type[1]' IN ('CALL', 'EMAIL', 'MEETING')
      THEN min(coalesce(changes ->> '$.occurredAt[1]', created_at), created_at) END AS said_at
  FROM events
  WHERE subject_type = 'lead' OR verb = 'interaction.created' AND changes ->> '$.leadId[1]' IS NOT NULL)
WINDOW before AS (PARTITION BY lead_id ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
--> statement-breakpoint
CREATE VIEW lead_facts AS
SELECT s.workspace_id, s.actor_id AS owner, 'claim' AS metric, s.at, '' AS part, '' AS kind,
  iif(s.claims_before = 0, (julianday(s.at) - julianday(l.created_at)) * 86400, NULL) AS seconds
  FROM lead_steps s JOIN leads l ON l.id = s.lead_id WHERE s.verb = 'lead.claimed'
UNION ALL SELECT s.workspace_id, s.owner_then, 'contact', max(s.said_at, l.created_at), '', '',
  max((julianday(s.said_at) - julianday(l.created_at)) * 86400, 0)
  FROM lead_steps s JOIN leads l ON l.id = s.lead_id WHERE s.said_at IS NOT NULL AND s.contacts_before = 0
UNION ALL SELECT s.workspace_id, s.owner_then, iif(s.verb = 'lead.converted', 'conversion', 'move'), s.at,
  '', s.was || '>' || s.became, (julianday(s.at) - julianday(coalesce(s.stage_since, l.created_at))) * 86400
  FROM lead_steps s JOIN leads l ON l.id = s.lead_id
  WHERE s.verb IN ('lead.updated', 'lead.converted') AND s.became IS NOT NULL
UNION ALL SELECT l.workspace_id, coalesce(b.owner, l.owner_id), 'lead', l.created_at,
  coalesce(b.source, l.source, ''), coalesce(b.status, l.status), NULL
  FROM leads l LEFT JOIN born b ON b.subject_id = l.id
UNION ALL SELECT workspace_id, owner_id, 'due', follow_up_at, 'lead', '', NULL
  FROM leads WHERE follow_up_at IS NOT NULL AND status <> 'CLOSED' AND deleted_at IS NULL;
--> statement-breakpoint
CREATE VIEW other_facts AS
SELECT c.workspace_id, coalesce(b.owner, c.owner_id) AS owner, 'customer' AS metric,
  c.created_at AS at, '' AS part, '' AS kind, NULL AS seconds
  FROM customers c LEFT JOIN born b ON b.subject_id = c.id
UNION ALL SELECT workspace_id, created_by, 'interaction', occurred_at, '', type, NULL
  FROM interactions
UNION ALL SELECT i.workspace_id, i.owner_id, 'due', i.follow_up_at, 'interaction', '', NULL
  FROM interactions i WHERE i.follow_up_at IS NOT NULL AND i.done_at IS NULL
    AND (SELECT deleted_at FROM parents WHERE id = coalesce(i.customer_id, i.lead_id)) IS NULL
UNION ALL SELECT workspace_id, opened_by, 'ticket', created_at, '', '', NULL FROM tickets
UNION ALL SELECT workspace_id, iif(actor_type = 'user', actor_id, NULL), 'resolution', created_at, '', '', NULL
  FROM events WHERE verb = 'ticket.updated' AND changes ->> '$.status[0]' IN ('OPEN', 'IN_PROGRESS')
    AND changes ->> '$.status[1]' IN ('RESOLVED', 'CLOSED');
--> statement-breakpoint
CREATE VIEW rollups_recounted AS
SELECT workspace_id, owner, metric, day, part, sum(n) AS count, json_group_object(cell, n) AS cells
FROM (
  SELECT f.workspace_id, o.value AS owner, f.metric, substr(f.at, 1, 10) AS day, f.part,
    (substr(f.at, 12, 2) * 4 + CAST(substr(f.at, 15, 2) AS INTEGER) / 15) || '/' || f.kind || '/' || CASE
      WHEN f.seconds IS NULL THEN '' WHEN f.seconds < 1 THEN 0
      ELSE 1 + CAST(ln(f.seconds) / ln(1.04) AS INTEGER) END AS cell,
    count(*) AS n
  FROM (SELECT * FROM lead_facts UNION ALL SELECT * FROM other_facts) f
  JOIN json_each(json_array('*', nullif(f.owner, ''))) o ON o.value IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5, 6)
GROUP BY 1, 2, 3, 4, 5;
--> statement-breakpoint
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
--> statement-breakpoint
-- Tags and custom fields of customers, leads and tickets: how often a tag is used, and what the search indexes hold.
-- Living records of an owner with a tag, a row for each owner and one, '*', for everybody. Leads of nobody have the owner ''.
CREATE TABLE tag_counts (
  tag_id text NOT NULL, owner text NOT NULL, workspace_id text NOT NULL, key text NOT NULL,
  customers integer NOT NULL, leads integer NOT NULL, tickets integer NOT NULL,
  PRIMARY KEY (tag_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX tag_counts_used ON tag_counts (workspace_id, owner, key);
--> statement-breakpoint
-- The one way into tag_counts: how many more records of each kind an owner has with the tag.
CREATE VIEW tag_tally AS SELECT tag_id, owner, customers, leads, tickets FROM tag_counts;
--> statement-breakpoint
CREATE TRIGGER tag_tallied INSTEAD OF INSERT ON tag_tally WHEN new.owner IS NOT NULL
BEGIN
  INSERT INTO tag_counts (tag_id, owner, workspace_id, key, customers, leads, tickets)
    SELECT id, new.owner, workspace_id, key, new.customers, new.leads, new.tickets FROM tags WHERE id = new.tag_id
    ON CONFLICT DO UPDATE SET customers = customers + excluded.customers, leads = leads + excluded.leads,
      tickets = tickets + excluded.tickets;
END;
--> statement-breakpoint
CREATE TRIGGER tag_deleted AFTER DELETE ON tags
BEGIN
  DELETE FROM tag_counts WHERE tag_id = old.id;
END;
--> statement-breakpoint
CREATE TRIGGER tag_renamed AFTER UPDATE OF key ON tags WHEN old.key IS NOT new.key
BEGIN
  UPDATE tags SET indexed_as = old.key WHERE id = new.id AND indexed_as IS NULL;
  UPDATE tag_counts SET key = new.key WHERE tag_id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER tag_made AFTER INSERT ON tags
WHEN new.indexed_as IS NULL
  AND EXISTS (SELECT 1 FROM tags t WHERE t.workspace_id = new.workspace_id AND t.indexed_as = new.key)
BEGIN
  UPDATE tags SET indexed_as = new.id WHERE id = new.id;
END;
--> statement-breakpoint
-- What stands for a tag in a search index of text: in brackets, which its own text has not.
CREATE VIEW indexed_tags AS
SELECT id, '⟦' || replace(replace(coalesce(indexed_as, key), '⟦', '⟪'), '⟧', '⟫') || '⟧' AS tag FROM tags;
--> statement-breakpoint
-- The custom fields of a record as `key=value`, folded; of a list, one for each of its values. Indexes leave out long values,
-- and keys with `=`, for `a=b` with the value `c` would be the same text as `a` with the value `b=c`.
CREATE VIEW customer_field_pairs AS
SELECT id, key, pair, '⟦' || replace(replace(pair, '⟦', '⟪'), '⟧', '⟫') || '⟧' AS field,
  length(value) <= 100 AND instr(key, '=') = 0 AS is_indexed
FROM (SELECT r.id, f.key, e.value, coalesce(
      (SELECT p.value ->> 1 FROM json_each(r.folded_fields) AS k, json_each(CASE k.type WHEN 'array' THEN k.value END) AS p
        WHERE k.key = f.key AND CASE p.type WHEN 'array' THEN p.value ->> 0 END = e.value),
      lower(f.key || '=' || e.value)) AS pair
    FROM customers AS r, json_each(r.custom_fields) AS f,
      json_each(CASE f.type WHEN 'array' THEN f.value WHEN 'true' THEN '["true"]' WHEN 'false' THEN '["false"]'
        ELSE json_array(f.value) END) AS e
    WHERE f.type IN ('text', 'integer', 'real', 'true', 'false', 'array') AND e.type IN ('text', 'integer', 'real'));
--> statement-breakpoint
-- The custom fields of a record as `key=value`, folded; of a list, one for each of its values. Indexes leave out long values,
-- and keys with `=`, for `a=b` with the value `c` would be the same text as `a` with the value `b=c`.
CREATE VIEW lead_field_pairs AS
SELECT id, key, pair, '⟦' || replace(replace(pair, '⟦', '⟪'), '⟧', '⟫') || '⟧' AS field,
  length(value) <= 100 AND instr(key, '=') = 0 AS is_indexed
FROM (SELECT r.id, f.key, e.value, coalesce(
      (SELECT p.value ->> 1 FROM json_each(r.folded_fields) AS k, json_each(CASE k.type WHEN 'array' THEN k.value END) AS p
        WHERE k.key = f.key AND CASE p.type WHEN 'array' THEN p.value ->> 0 END = e.value),
      lower(f.key || '=' || e.value)) AS pair
    FROM leads AS r, json_each(r.custom_fields) AS f,
      json_each(CASE f.type WHEN 'array' THEN f.value WHEN 'true' THEN '["true"]' WHEN 'false' THEN '["false"]'
        ELSE json_array(f.value) END) AS e
    WHERE f.type IN ('text', 'integer', 'real', 'true', 'false', 'array') AND e.type IN ('text', 'integer', 'real'));
--> statement-breakpoint
-- The custom fields of a record as `key=value`, folded; of a list, one for each of its values. Indexes leave out long values,
-- and keys with `=`, for `a=b` with the value `c` would be the same text as `a` with the value `b=c`.
CREATE VIEW ticket_field_pairs AS
SELECT id, key, pair, '⟦' || replace(replace(pair, '⟦', '⟪'), '⟧', '⟫') || '⟧' AS field,
  length(value) <= 100 AND instr(key, '=') = 0 AS is_indexed
FROM (SELECT r.id, f.key, e.value, coalesce(
      (SELECT p.value ->> 1 FROM json_each(r.folded_fields) AS k, json_each(CASE k.type WHEN 'array' THEN k.value END) AS p
        WHERE k.key = f.key AND CASE p.type WHEN 'array' THEN p.value ->> 0 END = e.value),
      lower(f.key || '=' || e.value)) AS pair
    FROM tickets AS r, json_each(r.custom_fields) AS f,
      json_each(CASE f.type WHEN 'array' THEN f.value WHEN 'true' THEN '["true"]' WHEN 'false' THEN '["false"]'
        ELSE json_array(f.value) END) AS e
    WHERE f.type IN ('text', 'integer', 'real', 'true', 'false', 'array') AND e.type IN ('text', 'integer', 'real'));
--> statement-breakpoint
CREATE TRIGGER customer_tags_recounted AFTER UPDATE OF owner_id, deleted_at ON customers
WHEN (old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at)
  AND EXISTS (SELECT 1 FROM customer_tags WHERE customer_id = new.id)
BEGIN
  INSERT INTO tag_tally SELECT tag_id, value, -1, 0, 0
    FROM customer_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), old.owner_id))
    WHERE customer_id = old.id AND old.deleted_at IS NULL;
  INSERT INTO tag_tally SELECT tag_id, value, 1, 0, 0
    FROM customer_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), new.owner_id))
    WHERE customer_id = new.id AND new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_tagged AFTER INSERT ON lead_tags
BEGIN
  SELECT RAISE(ABORT, 'breach: too_many_tags') WHERE EXISTS (SELECT 1 FROM lead_tags WHERE lead_id = new.lead_id LIMIT 1 OFFSET 50);
  DELETE FROM leads_fts WHERE rowid = (SELECT seq FROM leads WHERE id = new.lead_id AND deleted_at IS NULL);
  INSERT INTO leads_fts (rowid, words, phone, origin, tags, fields, scope)
    SELECT seq, words, phone, origin, tags, fields, scope FROM leads_searchable
    WHERE seq = (SELECT seq FROM leads WHERE id = new.lead_id) AND deleted_at IS NULL;
  INSERT INTO tag_tally SELECT new.tag_id, value, 0, 1, 0 FROM leads AS l, json_each(json_array('*', coalesce(l.owner_id, '')))
    WHERE l.id = new.lead_id AND l.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_untagged AFTER DELETE ON lead_tags
BEGIN
  DELETE FROM leads_fts WHERE rowid = (SELECT seq FROM leads WHERE id = old.lead_id AND deleted_at IS NULL);
  INSERT INTO leads_fts (rowid, words, phone, origin, tags, fields, scope)
    SELECT seq, words, phone, origin, tags, fields, scope FROM leads_searchable
    WHERE seq = (SELECT seq FROM leads WHERE id = old.lead_id) AND deleted_at IS NULL;
  INSERT INTO tag_tally SELECT old.tag_id, value, 0, -1, 0 FROM leads AS l, json_each(json_array('*', coalesce(l.owner_id, '')))
    WHERE l.id = old.lead_id AND l.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_tags_recounted AFTER UPDATE OF owner_id, deleted_at ON leads
WHEN (old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at)
  AND EXISTS (SELECT 1 FROM lead_tags WHERE lead_id = new.id)
BEGIN
  INSERT INTO tag_tally SELECT tag_id, value, 0, -1, 0
    FROM lead_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), coalesce(old.owner_id, '')))
    WHERE lead_id = old.id AND old.deleted_at IS NULL;
  INSERT INTO tag_tally SELECT tag_id, value, 0, 1, 0
    FROM lead_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), coalesce(new.owner_id, '')))
    WHERE lead_id = new.id AND new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_tagged AFTER INSERT ON ticket_tags
BEGIN
  SELECT RAISE(ABORT, 'breach: too_many_tags') WHERE EXISTS (SELECT 1 FROM ticket_tags WHERE ticket_id = new.ticket_id LIMIT 1 OFFSET 50);
  DELETE FROM tickets_fts WHERE rowid = (SELECT seq FROM tickets WHERE id = new.ticket_id);
  INSERT INTO tickets_fts (rowid, facets) SELECT seq, facets FROM tickets_facets
    WHERE seq = (SELECT seq FROM tickets WHERE id = new.ticket_id) AND deleted_at IS NULL;
  INSERT INTO tag_tally SELECT new.tag_id, value, 0, 0, 1
    FROM tickets AS t, json_each(json_array('*', t.owner_id, nullif(t.assignee_id, t.owner_id)))
    WHERE t.id = new.ticket_id AND t.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_untagged AFTER DELETE ON ticket_tags
BEGIN
  DELETE FROM tickets_fts WHERE rowid = (SELECT seq FROM tickets WHERE id = old.ticket_id);
  INSERT INTO tickets_fts (rowid, facets) SELECT seq, facets FROM tickets_facets
    WHERE seq = (SELECT seq FROM tickets WHERE id = old.ticket_id) AND deleted_at IS NULL;
  INSERT INTO tag_tally SELECT old.tag_id, value, 0, 0, -1
    FROM tickets AS t, json_each(json_array('*', t.owner_id, nullif(t.assignee_id, t.owner_id)))
    WHERE t.id = old.ticket_id AND t.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_tags_recounted AFTER UPDATE OF owner_id, assignee_id, deleted_at ON tickets
WHEN (old.owner_id IS NOT new.owner_id OR old.assignee_id IS NOT new.assignee_id OR old.deleted_at IS NOT new.deleted_at)
  AND EXISTS (SELECT 1 FROM ticket_tags WHERE ticket_id = new.id)
BEGIN
  INSERT INTO tag_tally SELECT tag_id, value, 0, 0, -1
    FROM ticket_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), old.owner_id,
      nullif(old.assignee_id, old.owner_id)))
    WHERE ticket_id = old.id AND old.deleted_at IS NULL;
  INSERT INTO tag_tally SELECT tag_id, value, 0, 0, 1
    FROM ticket_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), new.owner_id,
      nullif(new.assignee_id, new.owner_id)))
    WHERE ticket_id = new.id AND new.deleted_at IS NULL;
END;
--> statement-breakpoint
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
--> statement-breakpoint
-- What definitions of custom fields demand of every write, by whatever way it comes: src/access/field-problems.ts says what.
CREATE VIEW field_checks AS SELECT workspace_id, entity, '' AS was, '' AS becomes FROM fields;
--> statement-breakpoint
-- The one way to check: the custom fields of a record before and after a write. The error has the path of each wrong value.
CREATE TRIGGER field_checked INSTEAD OF INSERT ON field_checks
BEGIN
  SELECT RAISE(ABORT, 'breach: invalid ' || json_object('errors', json(problems))) FROM (
    SELECT json_group_array(json_object('path', 'body.customFields.' || key, 'message', message, 'code', code)) AS problems FROM (
      SELECT g.key, 'wrong_type' AS code, CASE f.type
          WHEN 'text' THEN 'must be a text' WHEN 'number' THEN 'must be a number' WHEN 'boolean' THEN 'must be true or false'
          WHEN 'date' THEN 'must be a day such as 2026-11-21' WHEN 'instant' THEN 'must be an instant such as 2026-11-21T15:00:00.000Z'
          WHEN 'select' THEN 'must be one of ' || (SELECT group_concat(value, ', ') FROM json_each(f.options))
          WHEN 'multiselect' THEN 'must be a list of ' || (SELECT group_concat(value, ', ') FROM json_each(f.options))
          WHEN 'url' THEN 'must be an address that begins with https:// or http://'
          ELSE 'must be the id of an active member of the team' END AS message
        FROM json_each(new.becomes) AS g CROSS JOIN fields AS f ON f.workspace_id = new.workspace_id AND f.entity = new.entity
          AND f.key = g.key AND f.archived_at IS NULL
        WHERE g.type <> 'null'
          AND NOT EXISTS (SELECT 1 FROM json_each(new.was) AS w WHERE w.key = g.key AND w.type = g.type AND w.value IS g.value)
          AND NOT CASE f.type
            WHEN 'number' THEN g.type IN ('integer', 'real')
            WHEN 'boolean' THEN g.type IN ('true', 'false')
            WHEN 'multiselect' THEN g.type = 'array' AND NOT EXISTS (SELECT 1 FROM json_each(iif(g.type = 'array', g.value, '[]')) AS e
              WHERE e.type <> 'text' OR e.value NOT IN (SELECT value FROM json_each(f.options)))
            ELSE g.type = 'text' AND (g.value = '' OR CASE f.type
              WHEN 'text' THEN true
              WHEN 'date' THEN coalesce(date(g.value) = g.value, false)
              WHEN 'instant' THEN coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', g.value) = g.value, false)
              WHEN 'select' THEN g.value IN (SELECT value FROM json_each(f.options))
              WHEN 'url' THEN length(g.value) <= 2000 AND instr(g.value, ' ') = 0
                AND (substr(lower(g.value), 1, 8) = 'https://' OR substr(lower(g.value), 1, 7) = 'http://')
              ELSE EXISTS (SELECT 1 FROM users AS u WHERE u.id = g.value AND u.workspace_id = new.workspace_id
                AND u.status = 'ACTIVE' AND u.deleted_at IS NULL AND u.role <> 'CUSTOMER') END) END
      UNION ALL
      SELECT g.key, 'unknown', 'is no field: this entity takes defined fields alone' FROM json_each(new.becomes) AS g
        WHERE EXISTS (SELECT 1 FROM strict_entities AS s WHERE s.workspace_id = new.workspace_id AND s.entity = new.entity)
          AND NOT EXISTS (SELECT 1 FROM json_each(new.was) AS w WHERE w.key = g.key AND w.type = g.type AND w.value IS g.value)
          AND NOT EXISTS (SELECT 1 FROM fields AS f WHERE f.workspace_id = new.workspace_id AND f.entity = new.entity
            AND f.key = g.key AND f.archived_at IS NULL)
      UNION ALL
      SELECT f.key, 'missing', 'is required' FROM json_each(new.was) AS w CROSS JOIN fields AS f
          ON f.workspace_id = new.workspace_id AND f.entity = new.entity AND f.key = w.key
        WHERE f.is_required AND f.archived_at IS NULL AND w.value <> ''
          AND NOT EXISTS (SELECT 1 FROM json_each(new.becomes) AS g WHERE g.key = f.key AND g.value <> '')))
  WHERE problems <> '[]';
END;
--> statement-breakpoint
-- The one way into field_keys: the record has these custom fields now. A value that another living record has is refused.
CREATE VIEW field_keyings AS SELECT workspace_id, entity, '' AS record_id, '' AS fields FROM fields;
--> statement-breakpoint
CREATE TRIGGER field_keyed INSTEAD OF INSERT ON field_keyings
BEGIN
  DELETE FROM field_keys WHERE record_id = new.record_id;
  SELECT RAISE(ABORT, 'breach: field_taken ' || json_object('existingId', k.record_id, 'errors',
      json_array(json_object('path', 'body.customFields.' || f.key, 'message', 'Another record has this value', 'code', 'taken'))))
    FROM json_each(new.fields) AS g CROSS JOIN fields AS f ON f.workspace_id = new.workspace_id AND f.entity = new.entity
      AND f.key = g.key AND f.is_unique
    CROSS JOIN field_keys AS k ON k.field_id = f.id AND k.value = lower(trim(g.value))
    WHERE k.record_id <> new.record_id;
  INSERT INTO field_keys (field_id, value, record_id)
    SELECT f.id, lower(trim(g.value)), new.record_id FROM json_each(new.fields) AS g CROSS JOIN fields AS f
      ON f.workspace_id = new.workspace_id AND f.entity = new.entity AND f.key = g.key AND f.is_unique
    WHERE g.type IN ('text', 'integer', 'real') AND trim(g.value) <> '';
END;
--> statement-breakpoint
CREATE TRIGGER customer_fields_checked BEFORE INSERT ON customers
WHEN new.custom_fields IS NOT NULL AND (EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'customer')
  OR EXISTS (SELECT 1 FROM strict_entities WHERE workspace_id = new.workspace_id AND entity = 'customer'))
BEGIN
  INSERT INTO field_checks VALUES (new.workspace_id, 'customer', NULL, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER lead_fields_checked BEFORE INSERT ON leads
WHEN new.custom_fields IS NOT NULL AND (EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'lead')
  OR EXISTS (SELECT 1 FROM strict_entities WHERE workspace_id = new.workspace_id AND entity = 'lead'))
BEGIN
  INSERT INTO field_checks VALUES (new.workspace_id, 'lead', NULL, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER ticket_fields_checked BEFORE INSERT ON tickets
WHEN new.custom_fields IS NOT NULL AND (EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'ticket')
  OR EXISTS (SELECT 1 FROM strict_entities WHERE workspace_id = new.workspace_id AND entity = 'ticket'))
BEGIN
  INSERT INTO field_checks VALUES (new.workspace_id, 'ticket', NULL, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER customer_fields_rechecked BEFORE UPDATE OF custom_fields ON customers
WHEN new.custom_fields IS NOT old.custom_fields AND (
  EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'customer')
  OR EXISTS (SELECT 1 FROM strict_entities WHERE workspace_id = new.workspace_id AND entity = 'customer'))
BEGIN
  INSERT INTO field_checks VALUES (new.workspace_id, 'customer', old.custom_fields, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER lead_fields_rechecked BEFORE UPDATE OF custom_fields ON leads
WHEN new.custom_fields IS NOT old.custom_fields AND (
  EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'lead')
  OR EXISTS (SELECT 1 FROM strict_entities WHERE workspace_id = new.workspace_id AND entity = 'lead'))
BEGIN
  INSERT INTO field_checks VALUES (new.workspace_id, 'lead', old.custom_fields, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER ticket_fields_rechecked BEFORE UPDATE OF custom_fields ON tickets
WHEN new.custom_fields IS NOT old.custom_fields AND (
  EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'ticket')
  OR EXISTS (SELECT 1 FROM strict_entities WHERE workspace_id = new.workspace_id AND entity = 'ticket'))
BEGIN
  INSERT INTO field_checks VALUES (new.workspace_id, 'ticket', old.custom_fields, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER customer_fields_keyed AFTER INSERT ON customers
WHEN new.custom_fields IS NOT NULL AND new.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'customer' AND is_unique)
BEGIN
  INSERT INTO field_keyings VALUES (new.workspace_id, 'customer', new.id, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER lead_fields_keyed AFTER INSERT ON leads
WHEN new.custom_fields IS NOT NULL AND new.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'lead' AND is_unique)
BEGIN
  INSERT INTO field_keyings VALUES (new.workspace_id, 'lead', new.id, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER ticket_fields_keyed AFTER INSERT ON tickets
WHEN new.custom_fields IS NOT NULL AND new.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'ticket' AND is_unique)
BEGIN
  INSERT INTO field_keyings VALUES (new.workspace_id, 'ticket', new.id, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER customer_fields_rekeyed AFTER UPDATE OF custom_fields, deleted_at ON customers
WHEN (old.custom_fields IS NOT new.custom_fields OR old.deleted_at IS NOT new.deleted_at)
  AND (old.custom_fields IS NOT NULL OR new.custom_fields IS NOT NULL)
  AND EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'customer' AND is_unique)
BEGIN
  INSERT INTO field_keyings VALUES (new.workspace_id, 'customer', new.id, iif(new.deleted_at IS NULL, new.custom_fields, NULL));
END;
--> statement-breakpoint
CREATE TRIGGER lead_fields_rekeyed AFTER UPDATE OF custom_fields, deleted_at ON leads
WHEN (old.custom_fields IS NOT new.custom_fields OR old.deleted_at IS NOT new.deleted_at)
  AND (old.custom_fields IS NOT NULL OR new.custom_fields IS NOT NULL)
  AND EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'lead' AND is_unique)
BEGIN
  INSERT INTO field_keyings VALUES (new.workspace_id, 'lead', new.id, iif(new.deleted_at IS NULL, new.custom_fields, NULL));
END;
--> statement-breakpoint
CREATE TRIGGER ticket_fields_rekeyed AFTER UPDATE OF custom_fields, deleted_at ON tickets
WHEN (old.custom_fields IS NOT new.custom_fields OR old.deleted_at IS NOT new.deleted_at)
  AND (old.custom_fields IS NOT NULL OR new.custom_fields IS NOT NULL)
  AND EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = 'ticket' AND is_unique)
BEGIN
  INSERT INTO field_keyings VALUES (new.workspace_id, 'ticket', new.id, iif(new.deleted_at IS NULL, new.custom_fields, NULL));
END;
--> statement-breakpoint
CREATE TRIGGER customer_fields_unkeyed AFTER DELETE ON customers WHEN old.custom_fields IS NOT NULL AND old.deleted_at IS NULL
BEGIN
  DELETE FROM field_keys WHERE record_id = old.id;
END;
--> statement-breakpoint
CREATE TRIGGER lead_fields_unkeyed AFTER DELETE ON leads WHEN old.custom_fields IS NOT NULL AND old.deleted_at IS NULL
BEGIN
  DELETE FROM field_keys WHERE record_id = old.id;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_fields_unkeyed AFTER DELETE ON tickets WHEN old.custom_fields IS NOT NULL AND old.deleted_at IS NULL
BEGIN
  DELETE FROM field_keys WHERE record_id = old.id;
END;
--> statement-breakpoint
CREATE TRIGGER field_unkeyed AFTER UPDATE OF is_unique ON fields WHEN old.is_unique AND NOT new.is_unique
BEGIN
  DELETE FROM field_keys WHERE field_id = old.id;
END;
--> statement-breakpoint
-- The one way into field_values: the record has these custom fields, or has them no more. What stands `besides` is left alone.
CREATE VIEW field_valuings AS SELECT workspace_id, entity, '' AS owner, 0 AS seq, '' AS fields, '' AS besides, 0 AS is_gone FROM fields;
--> statement-breakpoint
CREATE TRIGGER field_valued INSTEAD OF INSERT ON field_valuings
BEGIN
  DELETE FROM field_values WHERE (field_id, owner, value, seq) IN (SELECT f.id, new.owner, g.value, new.seq
    FROM json_each(new.fields) AS g CROSS JOIN fields AS f INDEXED BY fields_indexed ON f.workspace_id = new.workspace_id AND f.entity = new.entity
      AND f.is_indexed AND f.key = g.key
    WHERE new.is_gone AND NOT EXISTS (SELECT 1 FROM json_each(new.besides) AS b WHERE b.key = g.key AND b.type = g.type AND b.value IS g.value));
  INSERT OR IGNORE INTO field_values (field_id, owner, value, seq) SELECT f.id, new.owner, g.value, new.seq
    FROM json_each(new.fields) AS g CROSS JOIN fields AS f INDEXED BY fields_indexed ON f.workspace_id = new.workspace_id AND f.entity = new.entity
      AND f.is_indexed AND f.key = g.key
    WHERE NOT new.is_gone AND NOT EXISTS (SELECT 1 FROM json_each(new.besides) AS b WHERE b.key = g.key AND b.type = g.type AND b.value IS g.value)
      AND CASE f.type WHEN 'number' THEN g.type IN ('integer', 'real') ELSE g.type = 'text' AND g.value <> '' AND length(g.value) <= 100 END;
END;
--> statement-breakpoint
CREATE TRIGGER customer_fields_valued AFTER INSERT ON customers
WHEN new.custom_fields IS NOT NULL AND new.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = new.workspace_id AND entity = 'customer' AND is_indexed)
BEGIN
  INSERT INTO field_valuings VALUES (new.workspace_id, 'customer', coalesce(new.owner_id, ''), new.seq, new.custom_fields, NULL, 0);
END;
--> statement-breakpoint
CREATE TRIGGER lead_fields_valued AFTER INSERT ON leads
WHEN new.custom_fields IS NOT NULL AND new.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = new.workspace_id AND entity = 'lead' AND is_indexed)
BEGIN
  INSERT INTO field_valuings VALUES (new.workspace_id, 'lead', coalesce(new.owner_id, ''), new.seq, new.custom_fields, NULL, 0);
END;
--> statement-breakpoint
CREATE TRIGGER ticket_fields_valued AFTER INSERT ON tickets
WHEN new.custom_fields IS NOT NULL AND new.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = new.workspace_id AND entity = 'ticket' AND is_indexed)
BEGIN
  INSERT INTO field_valuings VALUES (new.workspace_id, 'ticket', coalesce(new.owner_id, ''), new.seq, new.custom_fields, NULL, 0);
END;
--> statement-breakpoint
CREATE TRIGGER customer_fields_revalued AFTER UPDATE OF custom_fields, owner_id, deleted_at ON customers
WHEN (old.custom_fields IS NOT new.custom_fields OR old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at)
  AND (old.custom_fields IS NOT NULL OR new.custom_fields IS NOT NULL)
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = new.workspace_id AND entity = 'customer' AND is_indexed)
BEGIN
  INSERT INTO field_valuings SELECT old.workspace_id, 'customer', coalesce(old.owner_id, ''), old.seq, old.custom_fields,
    iif(old.owner_id IS new.owner_id AND new.deleted_at IS NULL, new.custom_fields, NULL), 1 WHERE old.deleted_at IS NULL;
  INSERT INTO field_valuings SELECT new.workspace_id, 'customer', coalesce(new.owner_id, ''), new.seq, new.custom_fields,
    iif(old.owner_id IS new.owner_id AND old.deleted_at IS NULL, old.custom_fields, NULL), 0 WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_fields_revalued AFTER UPDATE OF custom_fields, owner_id, deleted_at ON leads
WHEN (old.custom_fields IS NOT new.custom_fields OR old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at)
  AND (old.custom_fields IS NOT NULL OR new.custom_fields IS NOT NULL)
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = new.workspace_id AND entity = 'lead' AND is_indexed)
BEGIN
  INSERT INTO field_valuings SELECT old.workspace_id, 'lead', coalesce(old.owner_id, ''), old.seq, old.custom_fields,
    iif(old.owner_id IS new.owner_id AND new.deleted_at IS NULL, new.custom_fields, NULL), 1 WHERE old.deleted_at IS NULL;
  INSERT INTO field_valuings SELECT new.workspace_id, 'lead', coalesce(new.owner_id, ''), new.seq, new.custom_fields,
    iif(old.owner_id IS new.owner_id AND old.deleted_at IS NULL, old.custom_fields, NULL), 0 WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_fields_revalued AFTER UPDATE OF custom_fields, owner_id, deleted_at ON tickets
WHEN (old.custom_fields IS NOT new.custom_fields OR old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at)
  AND (old.custom_fields IS NOT NULL OR new.custom_fields IS NOT NULL)
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = new.workspace_id AND entity = 'ticket' AND is_indexed)
BEGIN
  INSERT INTO field_valuings SELECT old.workspace_id, 'ticket', coalesce(old.owner_id, ''), old.seq, old.custom_fields,
    iif(old.owner_id IS new.owner_id AND new.deleted_at IS NULL, new.custom_fields, NULL), 1 WHERE old.deleted_at IS NULL;
  INSERT INTO field_valuings SELECT new.workspace_id, 'ticket', coalesce(new.owner_id, ''), new.seq, new.custom_fields,
    iif(old.owner_id IS new.owner_id AND old.deleted_at IS NULL, old.custom_fields, NULL), 0 WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_fields_unvalued AFTER DELETE ON customers WHEN old.custom_fields IS NOT NULL AND old.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = old.workspace_id AND entity = 'customer' AND is_indexed)
BEGIN
  INSERT INTO field_valuings VALUES (old.workspace_id, 'customer', coalesce(old.owner_id, ''), old.seq, old.custom_fields, NULL, 1);
END;
--> statement-breakpoint
CREATE TRIGGER lead_fields_unvalued AFTER DELETE ON leads WHEN old.custom_fields IS NOT NULL AND old.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = old.workspace_id AND entity = 'lead' AND is_indexed)
BEGIN
  INSERT INTO field_valuings VALUES (old.workspace_id, 'lead', coalesce(old.owner_id, ''), old.seq, old.custom_fields, NULL, 1);
END;
--> statement-breakpoint
CREATE TRIGGER ticket_fields_unvalued AFTER DELETE ON tickets WHEN old.custom_fields IS NOT NULL AND old.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = old.workspace_id AND entity = 'ticket' AND is_indexed)
BEGIN
  INSERT INTO field_valuings VALUES (old.workspace_id, 'ticket', coalesce(old.owner_id, ''), old.seq, old.custom_fields, NULL, 1);
END;
--> statement-breakpoint
-- Events change when a person is erased, and then alone: what bulk changes keep of their subject goes with them.
CREATE TRIGGER bulk_results_erased AFTER UPDATE OF changes ON events BEGIN
  UPDATE bulk_results SET before = NULL WHERE record_id = NEW.subject_id AND before IS NOT NULL;
END;
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
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
