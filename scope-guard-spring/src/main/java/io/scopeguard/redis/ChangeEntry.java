package io.scopeguard.redis;

import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import org.jspecify.annotations.Nullable;

/**
 * A reported change, as it is written to the stream.
 *
 * @param kind the kind of change
 * @param type of its subject, if it has one
 * @param id of its subject
 * @param organization its organization, if it has one
 */
record ChangeEntry(
        Kind kind,
        Subject.@Nullable Type type,
        @Nullable String id,
        @Nullable String organization) {

    /** The kinds of {@link PermissionChange}. */
    enum Kind {
        MEMBER,
        SUBJECT,
        ORGANIZATION,
        ROLES,
        EVERYTHING
    }

    static ChangeEntry of(PermissionChange change) {
        if (change instanceof PermissionChange.OfMember member) {
            return new ChangeEntry(
                    Kind.MEMBER, member.subject().type(), member.subject().id(), member.organization());
        }
        if (change instanceof PermissionChange.OfSubject of) {
            return new ChangeEntry(
                    Kind.SUBJECT, of.subject().type(), of.subject().id(), null);
        }
        if (change instanceof PermissionChange.OfOrganization of) {
            return new ChangeEntry(Kind.ORGANIZATION, null, null, of.organization());
        }
        return new ChangeEntry(
                change instanceof PermissionChange.OfRoles ? Kind.ROLES : Kind.EVERYTHING, null, null, null);
    }

    /** The change; {@link PermissionChange.OfEverything} if the entry is incomplete. */
    PermissionChange change() {
        Subject subject = type == null || id == null ? null : new Subject(type, id);
        return switch (kind) {
            case MEMBER ->
                subject == null || organization == null
                        ? new PermissionChange.OfEverything()
                        : new PermissionChange.OfMember(subject, organization);
            case SUBJECT ->
                subject == null ? new PermissionChange.OfEverything() : new PermissionChange.OfSubject(subject);
            case ORGANIZATION ->
                organization == null
                        ? new PermissionChange.OfEverything()
                        : new PermissionChange.OfOrganization(organization);
            case ROLES -> new PermissionChange.OfRoles();
            case EVERYTHING -> new PermissionChange.OfEverything();
        };
    }
}
