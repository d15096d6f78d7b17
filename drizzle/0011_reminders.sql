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
ALTER TABLE `customers` ADD `keep_in_touch_days` integer;--> statement-breakpoint
ALTER TABLE `customers` ADD `last_contact_at` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `next_touch_at` text GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', coalesce(last_contact_at, created_at), '+' || keep_in_touch_days || ' days')) VIRTUAL;--> statement-breakpoint
ALTER TABLE `customers` ADD `reminded_for` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `held_until` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `remind_at` text GENERATED ALWAYS AS (CASE WHEN next_touch_at IS NOT NULL AND owner_id IS NOT NULL AND deleted_at IS NULL AND reminded_for IS NOT next_touch_at THEN max(next_touch_at, coalesce(held_until, '')) END) VIRTUAL;--> statement-breakpoint
CREATE INDEX `customers_touch_due` ON `customers` (`workspace_id`,`next_touch_at`) WHERE deleted_at IS NULL AND next_touch_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_touch_due` ON `customers` (`workspace_id`,`owner_id`,`next_touch_at`) WHERE deleted_at IS NULL AND next_touch_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_remind` ON `customers` (`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_remind` ON `customers` (`owner_id`,`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_purge` ON `customers` (`deleted_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
ALTER TABLE `interactions` ADD `reminded_for` text;--> statement-breakpoint
ALTER TABLE `interactions` ADD `held_until` text;--> statement-breakpoint
ALTER TABLE `interactions` ADD `remind_to` text GENERATED ALWAYS AS (coalesce(owner_id, created_by)) VIRTUAL;--> statement-breakpoint
ALTER TABLE `interactions` ADD `remind_at` text GENERATED ALWAYS AS (CASE WHEN follow_up_at IS NOT NULL AND done_at IS NULL AND coalesce(owner_id, created_by) IS NOT NULL AND reminded_for IS NOT follow_up_at THEN max(follow_up_at, coalesce(held_until, '')) END) VIRTUAL;--> statement-breakpoint
CREATE INDEX `interactions_remind` ON `interactions` (`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `interactions_owner_remind` ON `interactions` (`remind_to`,`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
ALTER TABLE `leads` ADD `reminded_for` text;--> statement-breakpoint
ALTER TABLE `leads` ADD `held_until` text;--> statement-breakpoint
ALTER TABLE `leads` ADD `remind_at` text GENERATED ALWAYS AS (CASE WHEN follow_up_at IS NOT NULL AND owner_id IS NOT NULL AND status <> 'CLOSED' AND deleted_at IS NULL AND reminded_for IS NOT follow_up_at THEN max(follow_up_at, coalesce(held_until, '')) END) VIRTUAL;--> statement-breakpoint
CREATE INDEX `leads_remind` ON `leads` (`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_owner_remind` ON `leads` (`owner_id`,`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `leads_purge` ON `leads` (`deleted_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `quiet_from` text DEFAULT '21:00';--> statement-breakpoint
ALTER TABLE `users` ADD `quiet_to` text DEFAULT '07:00';--> statement-breakpoint
ALTER TABLE `users` ADD `digest` text DEFAULT 'single' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `digest_hour` integer DEFAULT 8 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `next_digest_at` text;--> statement-breakpoint
ALTER TABLE `users` ADD `digest_due` text GENERATED ALWAYS AS (CASE WHEN digest = 'daily' AND status = 'ACTIVE' AND deleted_at IS NULL THEN coalesce(next_digest_at, '') END) VIRTUAL;--> statement-breakpoint
CREATE INDEX `users_digest` ON `users` (`digest_due`) WHERE digest_due IS NOT NULL;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `purged_ticket_number` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `merges_created` ON `customer_merges` (`created_at`);--> statement-breakpoint
CREATE INDEX `idempotency_keys_expires` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE INDEX `login_attempts_ends` ON `login_attempts` (`window_ends_at`);--> statement-breakpoint
CREATE INDEX `tickets_purge` ON `tickets` (`deleted_at`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `one_time_tokens_expires` ON `one_time_tokens` (`expires_at`);--> statement-breakpoint
CREATE INDEX `sessions_expires` ON `sessions` (`expires_at`);