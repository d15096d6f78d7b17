ALTER TABLE `leads` ADD `sort_name` text;--> statement-breakpoint
ALTER TABLE `leads` ADD `phone_e164` text;