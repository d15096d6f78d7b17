ALTER TABLE `customers` ADD `interaction_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `customers_engaged` ON `customers` (`workspace_id`,`interaction_count`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `customers_owner_engaged` ON `customers` (`workspace_id`,`owner_id`,`interaction_count`) WHERE deleted_at IS NULL;