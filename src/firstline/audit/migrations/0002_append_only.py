"""Records and seals can be added but never changed or removed; labels can only be erased."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER audit_record_queue AFTER INSERT ON audit_auditrecord
    BEGIN INSERT INTO audit_auditpending (record_id) VALUES (NEW.id); END""",
    """CREATE TRIGGER audit_record_keep BEFORE UPDATE ON audit_auditrecord
    BEGIN SELECT RAISE(ABORT, 'audit records are append-only'); END""",
    """CREATE TRIGGER audit_record_keep_delete BEFORE DELETE ON audit_auditrecord
    BEGIN SELECT RAISE(ABORT, 'audit records are append-only'); END""",
    # INSERT OR REPLACE deletes without firing delete triggers.
    """CREATE TRIGGER audit_record_keep_replace BEFORE INSERT ON audit_auditrecord
    WHEN EXISTS (SELECT 1 FROM audit_auditrecord WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'audit records are append-only'); END""",
    """CREATE TRIGGER audit_seal_keep BEFORE UPDATE ON audit_auditseal
    BEGIN SELECT RAISE(ABORT, 'audit seals are append-only'); END""",
    """CREATE TRIGGER audit_seal_keep_delete BEFORE DELETE ON audit_auditseal
    BEGIN SELECT RAISE(ABORT, 'audit seals are append-only'); END""",
    """CREATE TRIGGER audit_seal_keep_replace BEFORE INSERT ON audit_auditseal
    WHEN EXISTS (SELECT 1 FROM audit_auditseal WHERE seq = NEW.seq OR record_id = NEW.record_id)
    BEGIN SELECT RAISE(ABORT, 'audit seals are append-only'); END""",
    """CREATE TRIGGER audit_label_keep BEFORE UPDATE ON audit_auditlabel
    WHEN NOT (NEW.id = OLD.id AND NEW.subject_kind = OLD.subject_kind AND NEW.subject_id = OLD.subject_id
              AND NEW.digest = OLD.digest AND NEW.text = '' AND NEW.salt = '')
    BEGIN SELECT RAISE(ABORT, 'audit labels can only be erased'); END""",
    """CREATE TRIGGER audit_label_keep_delete BEFORE DELETE ON audit_auditlabel
    BEGIN SELECT RAISE(ABORT, 'audit labels can only be erased'); END""",
]

POSTGRESQL = [
    """CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23000'; END $$""",
    """CREATE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO audit_auditpending (record_id) VALUES (NEW.id); RETURN NULL; END $$""",
    """CREATE FUNCTION audit_erase_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.subject_kind = OLD.subject_kind
         AND NEW.subject_id = OLD.subject_id AND NEW.digest = OLD.digest AND NEW.text = '' AND NEW.salt = ''
      THEN RETURN NEW; END IF;
      RAISE EXCEPTION 'audit labels can only be erased' USING ERRCODE = '23000';
    END $$""",
    """CREATE TRIGGER audit_record_queue AFTER INSERT ON audit_auditrecord
    FOR EACH ROW EXECUTE FUNCTION audit_queue()""",
    """CREATE TRIGGER audit_record_keep BEFORE UPDATE OR DELETE ON audit_auditrecord
    FOR EACH ROW EXECUTE FUNCTION audit_keep()""",
    """CREATE TRIGGER audit_record_keep_all BEFORE TRUNCATE ON audit_auditrecord
    FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()""",
    """CREATE TRIGGER audit_seal_keep BEFORE UPDATE OR DELETE ON audit_auditseal
    FOR EACH ROW EXECUTE FUNCTION audit_keep()""",
    """CREATE TRIGGER audit_seal_keep_all BEFORE TRUNCATE ON audit_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()""",
    """CREATE TRIGGER audit_label_keep BEFORE UPDATE OR DELETE ON audit_auditlabel
    FOR EACH ROW EXECUTE FUNCTION audit_erase_only()""",
    """CREATE TRIGGER audit_label_keep_all BEFORE TRUNCATE ON audit_auditlabel
    FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()""",
]


def forwards(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(forwards, elidable=False)]
