CREATE TABLE `customer_merged_rows` (
	`merge_id` text NOT NULL,
	`kind` text NOT NULL,
	`row_id` text NOT NULL,
	PRIMARY KEY(`merge_id`, `kind`, `row_id`)
);
--> statement-breakpoint
CREATE TABLE `customer_merges` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`survivor_id` text NOT NULL,
	`merged_id` text NOT NULL,
	`fields` text NOT NULL,
	`created_at` text NOT NULL,
	`undone_at` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `merges_merged` ON `customer_merges` (`merged_id`);--> statement-breakpoint
CREATE TABLE `customer_relationships` (
	`from_id` text NOT NULL,
	`to_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`kind` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`from_id`, `to_id`),
	FOREIGN KEY (`from_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`to_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `relationships_to` ON `customer_relationships` (`to_id`);--> statement-breakpoint
CREATE TABLE `interactions` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`customer_id` text,
	`lead_id` text,
	`ticket_id` text,
	`owner_id` text,
	`type` text NOT NULL,
	`body` text NOT NULL,
	`occurred_at` text NOT NULL,
	`follow_up_at` text,
	`done_at` text,
	`created_by` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`lead_id`) REFERENCES `leads`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`ticket_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `interactions_id_unique` ON `interactions` (`id`);--> statement-breakpoint
CREATE INDEX `interactions_list` ON `interactions` (`workspace_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_owner` ON `interactions` (`workspace_id`,`owner_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_customer` ON `interactions` (`customer_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_lead` ON `interactions` (`lead_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_ticket` ON `interactions` (`ticket_id`,`occurred_at`) WHERE ticket_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `interactions_author` ON `interactions` (`created_by`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `interactions_due` ON `interactions` (`workspace_id`,`follow_up_at`) WHERE follow_up_at IS NOT NULL AND done_at IS NULL;--> statement-breakpoint
CREATE INDEX `interactions_owner_due` ON `interactions` (`workspace_id`,`owner_id`,`follow_up_at`) WHERE follow_up_at IS NOT NULL AND done_at IS NULL;--> statement-breakpoint
CREATE INDEX `interactions_customer_due` ON `interactions` (`customer_id`,`follow_up_at`) WHERE follow_up_at IS NOT NULL AND done_at IS NULL;--> statement-breakpoint
CREATE TABLE `customer_tags` (
	`customer_id` text NOT NULL,
	`tag_id` text NOT NULL,
	PRIMARY KEY(`customer_id`, `tag_id`),
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`tag_id`) REFERENCES `tags`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `customer_tags_tag` ON `customer_tags` (`tag_id`);--> statement-breakpoint
CREATE TABLE `tags` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`key` text NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_key` ON `tags` (`workspace_id`,`key`);--> statement-breakpoint
CREATE TABLE `tickets` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`number` integer NOT NULL,
	`customer_id` text NOT NULL,
	`interaction_id` text,
	`owner_id` text,
	`assignee_id` text,
	`title` text NOT NULL,
	`description` text,
	`status` text DEFAULT 'OPEN' NOT NULL,
	`priority` text DEFAULT 'NORMAL' NOT NULL,
	`opened_by` text,
	`resolved_at` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_id_unique` ON `tickets` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_number` ON `tickets` (`workspace_id`,`number`);--> statement-breakpoint
CREATE INDEX `tickets_list` ON `tickets` (`workspace_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `tickets_status` ON `tickets` (`workspace_id`,`status`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `tickets_owner` ON `tickets` (`workspace_id`,`owner_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `tickets_assignee` ON `tickets` (`workspace_id`,`assignee_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `tickets_customer` ON `tickets` (`customer_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `sort_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `phone_e164` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `user_id` text REFERENCES users(id);--> statement-breakpoint
ALTER TABLE `customers` ADD `custom_fields` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `last_interaction_at` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `next_follow_up_at` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `touched_at` text GENERATED ALWAYS AS (coalesce(last_interaction_at, '')) VIRTUAL;--> statement-breakpoint
ALTER TABLE `customers` ADD `phone_digits` text GENERATED ALWAYS AS (replace(replace(replace(replace(replace(replace(replace(phone, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), '/', ''), '+', '')) VIRTUAL;--> statement-breakpoint
ALTER TABLE `customers` ADD `name_key` text GENERATED ALWAYS AS (replace(replace(replace(sort_name, ' ', ''), '.', ''), '-', '') || '|' || lower(replace(coalesce(company, ''), ' ', ''))) VIRTUAL;--> statement-breakpoint
ALTER TABLE `customers` ADD `search_scope` text GENERATED ALWAYS AS (CASE WHEN workspace_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(workspace_id, 25, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, 26, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, 27, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, 28, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, 29, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, 30, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, 31, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, 32, 1)), 131072 + instr('123456789abcdef', substr(workspace_id, 33, 1)) * 4096 + instr('123456789abcdef', substr(workspace_id, 34, 1)) * 256 + instr('123456789abcdef', substr(workspace_id, 35, 1)) * 16 + instr('123456789abcdef', substr(workspace_id, 36, 1))) END || ' ' || CASE WHEN owner_id IS NULL THEN '〇〇䷂' ELSE char(131072 + instr('123456789abcdef', substr(owner_id, 25, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, 26, 1)) * 256 + instr('123456789abcdef', substr(owner_id, 27, 1)) * 16 + instr('123456789abcdef', substr(owner_id, 28, 1)), 131072 + instr('123456789abcdef', substr(owner_id, 29, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, 30, 1)) * 256 + instr('123456789abcdef', substr(owner_id, 31, 1)) * 16 + instr('123456789abcdef', substr(owner_id, 32, 1)), 131072 + instr('123456789abcdef', substr(owner_id, 33, 1)) * 4096 + instr('123456789abcdef', substr(owner_id, 34, 1)) * 256 + instr('123456789abcdef', substr(owner_id, 35, 1)) * 16 + instr('123456789abcdef', substr(owner_id, 36, 1))) END) VIRTUAL;--> statement-breakpoint
CREATE INDEX `customers_list` ON `customers` (`workspace_id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_name` ON `customers` (`workspace_id`,`sort_name`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_name` ON `customers` (`workspace_id`,`owner_id`,`sort_name`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_updated` ON `customers` (`workspace_id`,`updated_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_updated` ON `customers` (`workspace_id`,`owner_id`,`updated_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_touched` ON `customers` (`workspace_id`,`touched_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_touched` ON `customers` (`workspace_id`,`owner_id`,`touched_at`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_due` ON `customers` (`workspace_id`,`next_follow_up_at`) WHERE deleted_at IS NULL AND next_follow_up_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_due` ON `customers` (`workspace_id`,`owner_id`,`next_follow_up_at`) WHERE deleted_at IS NULL AND next_follow_up_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_trash` ON `customers` (`workspace_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_trash` ON `customers` (`workspace_id`,`owner_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_user` ON `customers` (`user_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_phone` ON `customers` (`workspace_id`,`phone_e164`) WHERE deleted_at IS NULL AND phone_e164 IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_name_key` ON `customers` (`workspace_id`,`name_key`) WHERE deleted_at IS NULL;