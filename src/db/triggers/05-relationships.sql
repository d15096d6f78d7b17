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
