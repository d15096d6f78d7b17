-- Events change when a person is erased, and then alone: what a webhook holds of their subject is erased with them.
CREATE TRIGGER webhook_bodies_erased AFTER UPDATE OF changes ON events BEGIN
  UPDATE webhook_deliveries SET body = NULL WHERE subject_id = NEW.subject_id AND body IS NOT NULL;
END;
