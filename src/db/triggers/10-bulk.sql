-- Events change when a person is erased, and then alone: what bulk changes keep of their subject goes with them.
CREATE TRIGGER bulk_results_erased AFTER UPDATE OF changes ON events BEGIN
  UPDATE bulk_results SET before = NULL WHERE record_id = NEW.subject_id AND before IS NOT NULL;
END;
