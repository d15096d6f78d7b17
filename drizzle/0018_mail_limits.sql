ALTER TABLE `outbox` ADD `bound` text;--> statement-breakpoint
CREATE INDEX `outbox_bound` ON `outbox` (`recipient`,`bound`,`id`) WHERE bound IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `one_time_tokens_pending` ON `one_time_tokens` (`workspace_id`,`email`) WHERE kind = 'INVITATION' AND used_at IS NULL;