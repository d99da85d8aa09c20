package io.scopeguard.organization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;

/**
 * The organization that a request is about.
 *
 * @param source where the organization comes from
 * @param id the organization named by the request, decoded like the token's; otherwise {@code null}
 * @since 0.1
 */
public record RequestedOrganization(Source source, @Nullable String id) {

    /** No organization: the request is about something outside of organizations. */
    public static final RequestedOrganization NONE = new RequestedOrganization(Source.NONE, null);

    /** The token's organization, which requires a token that is for exactly one. */
    public static final RequestedOrganization OF_TOKEN = new RequestedOrganization(Source.TOKEN, null);

    /** No organization is named, although one is required: no token matches. */
    public static final RequestedOrganization MISSING = new RequestedOrganization(Source.MISSING, null);

    /** Several organizations: the request contradicts itself, and no token matches. */
    public static final RequestedOrganization CONFLICTING = new RequestedOrganization(Source.CONFLICTING, null);

    /** The source of a request's organization. */
    public enum Source {
        NONE,
        REQUEST,
        TOKEN,
        MISSING,
        CONFLICTING
    }

    /**
     * Checks that there is an id if the request names the organization, and none otherwise.
     *
     * @throws IllegalArgumentException if that is not so
     */
    public RequestedOrganization {
        if ((source == Source.REQUEST) != (id != null)) {
            throw new IllegalArgumentException(
                    "an organization from " + source + (id == null ? " needs an id" : " has no id"));
        }
    }

    /** The organization of this id. */
    public static RequestedOrganization named(String id) {
        return new RequestedOrganization(Source.REQUEST, id);
    }

    /**
     * The organization, if two places in a request may name it.
     *
     * @param first the organization named by the first place, or {@code null} if it names none
     * @param second the organization named by the second place, or {@code null} if it names none
     */
    public static RequestedOrganization agreeing(@Nullable String first, @Nullable String second) {
        if (first == null) {
            return second == null ? NONE : named(second);
        }
        return second == null || first.equals(second) ? named(first) : CONFLICTING;
    }

    /**
     * The view of the token that decides about a request for this organization, or {@code null} if the token is not for it. There
     * is no fallback to another organization. {@link #OF_TOKEN} needs a token that is for exactly one organization.
     */
    public @Nullable AccessToken viewOf(AccessToken token) {
        return switch (source) {
            case NONE -> token.outside();
            case REQUEST -> id == null ? null : token.in(id);
            case TOKEN -> token.onlyOrganization() == null ? null : token.in(token.onlyOrganization());
            case MISSING, CONFLICTING -> null;
        };
    }

    /**
     * Whether a token for this organization alone decides about the request, as {@link #viewOf} determines it.
     *
     * @param organization {@code null} for tokens outside of organizations
     * @hidden
     */
    @Internal
    public boolean isFor(@Nullable String organization) {
        return switch (source) {
            case NONE -> true;
            case REQUEST -> id != null && id.equals(organization);
            case TOKEN -> organization != null;
            case MISSING, CONFLICTING -> false;
        };
    }

    /** Whether the request is about an organization. */
    public boolean isBound() {
        return source != Source.NONE;
    }
}
