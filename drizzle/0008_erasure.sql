ALTER TABLE `customers` ADD `erased_at` text;--> statement-breakpoint
CREATE INDEX `merges_survivor` ON `customer_merges` (`survivor_id`);