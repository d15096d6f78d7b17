CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`template` text NOT NULL,
	`recipient` text NOT NULL,
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
);
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`next_attempt_at`) WHERE state = 'QUEUED';--> statement-breakpoint
CREATE INDEX `outbox_workspace` ON `outbox` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_state` ON `outbox` (`workspace_id`,`state`,`id`);--> statement-breakpoint
ALTER TABLE `one_time_tokens` ADD `user_id` text;--> statement-breakpoint
CREATE INDEX `one_time_tokens_user` ON `one_time_tokens` (`user_id`,`kind`) WHERE user_id IS NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `email_verified` integer GENERATED ALWAYS AS (email_verified_at IS NOT NULL) VIRTUAL;--> statement-breakpoint
ALTER TABLE `users` ADD `muted` text;--> statement-breakpoint
CREATE INDEX `users_role` ON `users` (`workspace_id`,`role`,`id`) WHERE deleted_at IS NULL;