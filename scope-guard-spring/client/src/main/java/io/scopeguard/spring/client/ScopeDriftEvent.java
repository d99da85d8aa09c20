package io.scopeguard.spring.client;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An event after a response with a hint that the token is out of date.
 *
 * @since 0.1
 */
public sealed interface ScopeDriftEvent {

    /** The id of the client registration. */
    String registration();

    /** The name of the token's principal. */
    String principal();

    /** Another token is in use. Reconnect streams that were opened with the old one. */
    record TokenRefreshed(String registration, String principal) implements ScopeDriftEvent {}

    /** The provider did not issue another token. The request was answered nevertheless; a hint may cause another attempt later. */
    record RefreshFailed(String registration, String principal, Exception cause) implements ScopeDriftEvent {}

    /**
     * The provider will not issue another token until the user signs in again.
     *
     * @param reason the provider's error code: {@code invalid_grant} or {@code access_denied}
     */
    record SessionEnded(String registration, String principal, String reason) implements ScopeDriftEvent {}

    /**
     * A granted response names further scopes of the user, which a sign-in with consent would deliver.
     *
     * @param organization the organization of the token, or {@code null} if it has none
     * @param resource the resource of the token, or {@code null} if it is for none
     * @param scopes sorted; empty if the API does not name them to this client
     */
    record ConsentSuggested(
            String registration,
            String principal,
            @Nullable String organization,
            @Nullable String resource,
            Set<String> scopes)
            implements ScopeDriftEvent {}

    /**
     * Consent would change nothing, because the client registration does not request these scopes. Add them to the registration.
     *
     * @param scopes the scopes that the registration lacks
     */
    record ScopesNotRegistered(String registration, String principal, Set<String> scopes) implements ScopeDriftEvent {}
}
