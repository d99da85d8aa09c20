package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.flight.ReadKey;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;

/**
 * The unit of a read: one fact, or a list that answers for many facts.
 *
 * @hidden
 */
@Internal
public sealed interface FactKey extends ReadKey {

    @Override
    default boolean isShared() {
        return true;
    }

    /** A fact about one subject. */
    sealed interface SubjectKey extends FactKey {

        Subject.Type type();

        String id();

        default Subject subject() {
            return new Subject(type(), id());
        }

        /** Names the fact across processes. */
        String name();

        @Override
        default boolean isShared() {
            return false;
        }
    }

    /** A subject's standing and roles in one organization. */
    record MembershipKey(Subject.Type type, String id, String organization) implements SubjectKey {

        @Override
        public String name() {
            return "member\n" + type + '\n' + organization + '\n' + id;
        }
    }

    /** A subject's standing outside of organizations. */
    record AccountKey(Subject.Type type, String id) implements SubjectKey {

        @Override
        public String name() {
            return "account\n" + type + '\n' + id;
        }
    }

    /** A subject's roles outside of organizations. */
    record GrantsKey(Subject.Type type, String id) implements SubjectKey {

        @Override
        public String name() {
            return "grants\n" + type + '\n' + id;
        }
    }

    /** A list of role definitions. */
    record RolesKey(DefinitionsKey set) implements FactKey {}

    /** The scopes of one role, at least for one audience. */
    record RoleKey(DefinitionsKey set, String role, Audience audience) implements FactKey {}

    /** All pages of an organization's members. */
    record MembersKey(String organization) implements FactKey {}

    /** All pages of the holders of the global roles that matter. */
    record HoldersKey() implements FactKey {

        public static final HoldersKey ALL = new HoldersKey();

        @Override
        public boolean isWhole() {
            return true;
        }
    }
}
