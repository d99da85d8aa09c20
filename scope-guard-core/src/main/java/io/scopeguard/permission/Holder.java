package io.scopeguard.permission;

import io.scopeguard.token.Subject;
import org.jspecify.annotations.Nullable;

/**
 * Who holds roles, and where: what is read from a provider at once, whatever the roles are asked for.
 *
 * @param kind what kind of subject, and which of its roles are meant
 * @param id the subject's
 * @param organization {@code null} for roles outside of organizations
 */
public record Holder(Kind kind, String id, @Nullable String organization) {

    /** What kind of subject, and which of its roles. */
    public enum Kind {
        /** A user, by the roles it has in the organization. */
        MEMBER,
        /** A user, by its global roles too. */
        USER,
        APPLICATION
    }

    /** A user as a member of an organization. */
    static Holder member(String user, String organization) {
        return new Holder(Kind.MEMBER, user, organization);
    }

    /**
     * Whose roles decide about a key.
     *
     * @param globalRolesMatter whether a user's global roles could add something
     */
    static Holder of(PermissionKey key, boolean globalRolesMatter) {
        return new Holder(kind(key, globalRolesMatter), key.subject().id(), key.organization());
    }

    private static Kind kind(PermissionKey key, boolean globalRolesMatter) {
        if (key.subject().type() == Subject.Type.APPLICATION) {
            return Kind.APPLICATION;
        }
        return key.organization() == null || globalRolesMatter ? Kind.USER : Kind.MEMBER;
    }

    /** The same member as the other kind of reading knows it, or {@code null} where there is one kind only. */
    @Nullable
    Holder counterpart() {
        if (kind == Kind.APPLICATION || organization == null) {
            return null;
        }
        return new Holder(kind == Kind.USER ? Kind.MEMBER : Kind.USER, id, organization);
    }

    public Subject subject() {
        return new Subject(kind == Kind.APPLICATION ? Subject.Type.APPLICATION : Subject.Type.USER, id);
    }

    /** The kind alone: ids belong in no log. */
    @Override
    public String toString() {
        return kind.toString();
    }
}
