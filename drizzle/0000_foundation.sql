CREATE TABLE `customers` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`phone` text,
	`company` text,
	`owner_id` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `customers_id_unique` ON `customers` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `customers_email` ON `customers` (`workspace_id`,`email`) WHERE deleted_at IS NULL AND email IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner` ON `customers` (`workspace_id`,`owner_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`subject_type` text NOT NULL,
	`subject_id` text NOT NULL,
	`verb` text NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text,
	`changes` text,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_feed` ON `events` (`workspace_id`);--> statement-breakpoint
CREATE INDEX `events_subject` ON `events` (`workspace_id`,`subject_id`);--> statement-breakpoint
CREATE TABLE `daily_counts` (
	`day` text NOT NULL,
	`subject` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `subject`)
);
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`key_hash` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`attempt` text NOT NULL,
	`started_at` text NOT NULL,
	`expires_at` text NOT NULL,
	`answer` text
);
--> statement-breakpoint
CREATE TABLE `login_attempts` (
	`subject` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`window_ends_at` text NOT NULL,
	`locked_until` text
);
--> statement-breakpoint
CREATE TABLE `leads` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`title` text NOT NULL,
	`description` text,
	`status` text DEFAULT 'NEW' NOT NULL,
	`source` text,
	`name` text,
	`email` text,
	`phone` text,
	`interest` text,
	`message` text,
	`metadata` text,
	`owner_id` text,
	`claimed_at` text,
	`follow_up_at` text,
	`customer_id` text,
	`converted_at` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	`search_text` text GENERATED ALWAYS AS (title || char(10) || coalesce(name, '') || char(10) || coalesce(email, '') || char(10) || coalesce(phone, '') || char(10) || coalesce(interest, '')) VIRTUAL,
	`search_source` text GENERATED ALWAYS AS ('⟦' || source || '⟧') VIRTUAL,
	`search_scope` text GENERATED ALWAYS AS (CASE WHEN workspace_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(workspace_id, 25, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, 26, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, 27, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, 28, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, 29, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, 30, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, 31, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, 32, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, 33, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, 34, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, 35, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, 36, 1))) END || ' ' || CASE WHEN owner_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(owner_id, 25, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, 26, 1)) * 256 + instr('123456789abcdef', substr(owner_id, 27, 1)) * 16 + instr('123456789abcdef', substr(owner_id, 28, 1)), 131072 + instr('123456789abcdef', substr(owner_id, 29, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, 30, 1)) * 256 + instr('123456789abcdef', substr(owner_id, 31, 1)) * 16 + instr('123456789abcdef', substr(owner_id, 32, 1)), 131072 + instr('123456789abcdef', substr(owner_id, 33, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, 34, 1)) * 256 + instr('123456789abcdef', substr(owner_id, 35, 1)) * 16 + instr('123456789abcdef', substr(owner_id, 36, 1))) END || ' ' || CASE status WHEN 'NEW' THEN '〇一䷃' WHEN 'CONTACTED' THEN '〇二䷃' WHEN 'QUALIFIED' THEN '〇三䷃' WHEN 'CLOSED' THEN '〇四䷃' END) VIRTUAL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `leads_id_unique` ON `leads` (`id`);--> statement-breakpoint
CREATE INDEX `leads_list` ON `leads` (`workspace_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `leads_owner` ON `leads` (`workspace_id`,`owner_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `leads_pool` ON `leads` (`workspace_id`) WHERE owner_id IS NULL AND deleted_at IS NULL AND status <> 'CLOSED';--> statement-breakpoint
CREATE INDEX `leads_updated` ON `leads` (`workspace_id`,`updated_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `leads_owner_updated` ON `leads` (`workspace_id`,`owner_id`,`updated_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `leads_follow_up` ON `leads` (`workspace_id`,`follow_up_at`) WHERE deleted_at IS NULL AND follow_up_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_owner_follow_up` ON `leads` (`workspace_id`,`owner_id`,`follow_up_at`) WHERE deleted_at IS NULL AND follow_up_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_trash` ON `leads` (`workspace_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_owner_trash` ON `leads` (`workspace_id`,`owner_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_customer` ON `leads` (`customer_id`) WHERE customer_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `one_time_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`workspace_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`email` text NOT NULL,
	`role` text,
	`created_by` text,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL,
	`used_at` text,
	`used_by` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `one_time_tokens_hash` ON `one_time_tokens` (`token_hash`);--> statement-breakpoint
CREATE INDEX `one_time_tokens_workspace` ON `one_time_tokens` (`workspace_id`,`kind`,`id`);--> statement-breakpoint
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
);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`created_at`);--> statement-breakpoint
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
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_username` ON `users` (`username`) WHERE deleted_at IS NULL AND username IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_workspace` ON `users` (`workspace_id`,`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `workspaces` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`plan` text DEFAULT 'FREE' NOT NULL,
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`default_country` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `workspaces_slug_unique` ON `workspaces` (`slug`);