-- Relationships seen from the other side, in the order of whom they lead to.
CREATE INDEX relationships_from ON customer_relationships (to_id, from_id);
--> statement-breakpoint
-- Who stands above somebody, without passing the many who stand below.
CREATE INDEX relationships_above ON customer_relationships (from_id, kind, to_id);
--> statement-breakpoint
CREATE INDEX relationships_below ON customer_relationships (to_id, kind, from_id);
