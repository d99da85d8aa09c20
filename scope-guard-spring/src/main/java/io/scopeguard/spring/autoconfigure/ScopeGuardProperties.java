package io.scopeguard.spring.autoconfigure;

import io.scopeguard.Mode;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.stream.SignalStreamController;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * Settings of Scope Guard. Durations without a unit are seconds.
 *
 * @param enabled Whether Scope Guard is active.
 * @param failFast Whether start-up fails if the provider does not respond. A setting that the provider refuses stops start-up in
 *     any case.
 * @param startupTimeout How long start-up waits for the provider while it checks the settings. If there is no response by then,
 *     start-up continues and the check goes on in the background; with fail-fast, start-up fails. Defaults to 3s, or 15s with
 *     fail-fast.
 * @param mode What live permissions are used for: observe only measures how tokens differ from them, signal also sends clients the
 *     header Scope-Drift, and enforce also denies requests for revoked scopes. In the first two modes, the scopes of the token
 *     decide.
 * @param publicUrl Address at which clients reach this API, including the base path: https://api.example.com,
 *     https://example.com/api; used in challenges and metadata. Defaults to the address of the request.
 * @param resources Resource indicators of this API (RFC 8707), for which clients request tokens; compared exactly. Required with
 *     Auth0 and Keycloak; with Logto, may be empty if the API accepts only organization tokens.
 * @param defaultAudience Audience of requirements that do not name one: organization (organization tokens), or one of the
 *     resources. Defaults to the only resource, or organization without resources; required with several resources.
 * @param unannotated Access to handlers without an annotation: permitted with any valid token (authenticated), or denied (deny).
 * @param open What is open to everybody without a token although it cannot be annotated: static (files and the welcome page),
 *     openapi (the document of springdoc), actuator: with the id of an endpoint, servlet: with the name of a servlet.
 * @param authorities Whether tokens provide SCOPE_ authorities, for @PreAuthorize and the like: no (none), or those of the token's
 *     scopes (token), which hold in every organization and ignore live permissions.
 * @param clockSkew Tolerated difference between this machine's clock and the provider's when the times in a token are checked.
 * @param clients Exceptions for single clients, by client_id: 'watch' (the scopes whose absence from their tokens is reported, as
 *     in scope-guard.drift.watch), 'non-interactive' (no user is present to grant consent) and 'third-party' (the client receives
 *     the number of the scopes that a token lacks, but not their names). A client_id with other characters than letters, digits and
 *     dashes needs square brackets, e.g. scope-guard.clients[https://app.example.com].third-party.
 * @since 0.1
 */
@ConfigurationProperties("scope-guard")
public record ScopeGuardProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("false") boolean failFast,

        @Nullable @DurationUnit(ChronoUnit.SECONDS) Duration startupTimeout,

        @DefaultValue("enforce") Mode mode,
        @Nullable String publicUrl,
        @DefaultValue List<String> resources,
        @Nullable String defaultAudience,
        @DefaultValue("authenticated") Unannotated unannotated,
        @DefaultValue List<String> open,
        @DefaultValue("none") Authorities authorities,

        @DefaultValue("60s") @DurationUnit(ChronoUnit.SECONDS)
        Duration clockSkew,

        @DefaultValue Permissions permissions,
        @DefaultValue Drift drift,
        @DefaultValue Signals signals,
        @DefaultValue Streams streams,
        @DefaultValue Organization organization,
        @DefaultValue Log log,
        @DefaultValue Map<String, Client> clients) {

    /** Access to handlers without an annotation. */
    public enum Unannotated {
        AUTHENTICATED,
        DENY
    }

    /** How log lines name an organization. */
    public enum OrganizationInLog {
        OMIT,
        HASH
    }

    /** Which tokens give authorities. */
    public enum Authorities {
        NONE,
        TOKEN
    }

    /**
     * Live permissions.
     *
     * @param maxAge Age by which live permissions are read again; a requirement can set its own maxAge.
     * @param maxStale Age from which live permissions are no longer used: a request waits for new ones, and if the provider does not
     *     respond, they are unknown.
     * @param whenUnknown What decides if live permissions are unknown: the token alone (trust-token), or nothing, so that the
     *     request is denied with 503 (deny); a requirement can set its own whenUnknown.
     * @param maxWait Maximum time that a request waits for live permissions.
     * @param maxEntries Maximum number of cached facts about subjects, such as the membership of a user in an organization, about
     *     230 bytes each; a fact with long ids counts as several.
     */
    public record Permissions(
            @DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS)
            Duration maxAge,

            @DefaultValue("5m") @DurationUnit(ChronoUnit.SECONDS)
            Duration maxStale,

            @DefaultValue("trust-token") WhenUnknown whenUnknown,

            @DefaultValue("2s") @DurationUnit(ChronoUnit.SECONDS)
            Duration maxWait,

            @DefaultValue("100000") int maxEntries) {}

    /**
     * Hints for clients.
     *
     * @param watch Scopes whose absence from a token is reported to the client: those that handlers declare (declared), all, or a
     *     list of scopes.
     * @param spread Period over which clients spread their refreshes: the header asks each of them to wait for a part of it; from
     *     1s to 30s.
     */
    public record Drift(
            @DefaultValue("declared") List<String> watch,

            @DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS)
            Duration spread) {}

    /**
     * Signals outside of responses.
     *
     * @param stream The endpoint that streams drift.
     */
    public record Signals(@DefaultValue Stream stream) {

        /**
         * An endpoint that streams the drift of the presented token as server-sent events.
         *
         * @param enabled Whether an endpoint streams the drift of the presented token as server-sent events.
         * @param path Path of the endpoint that streams drift, below the path of the DispatcherServlet.
         * @param maxStreams Maximum number of open streams at that endpoint; further requests get 503.
         * @param maxPerSubject Maximum number of open streams of one subject at that endpoint; when another one is opened, the
         *     oldest ends.
         * @param keepAlive Time between two comments on each stream of that endpoint, from 100ms to 1m; comments detect clients
         *     that have gone, and keep proxies from closing the connection.
         */
        public record Stream(
                @DefaultValue("false") boolean enabled,

                @DefaultValue(SignalStreamController.DEFAULT_PATH)
                String path,

                @DefaultValue("200") int maxStreams,
                @DefaultValue("4") int maxPerSubject,

                @DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS)
                Duration keepAlive) {}
    }

    /**
     * Streamed responses and WebSocket sessions, which end with the right to them.
     *
     * @param maxOpen Maximum number of open streams and WebSocket sessions for each provider; further ones get 503. With 0, every
     *     stream gets 503.
     */
    public record Streams(@DefaultValue("20000") int maxOpen) {}

    /**
     * Where a request names its organization.
     *
     * @param pathVariable Name of the path variable that contains the organization.
     * @param header Name of a request header that can name the organization. If path and header both name one, they must match. If
     *     neither does, requests to handlers that require scopes are denied, unless the annotation sets organizationFrom.
     * @param providers The organizations that belong to each provider, by the provider's name, if there are several providers: ids,
     *     prefixes of ids followed by *, or * for all others.
     * @param globalProvider Name of the provider whose tokens are accepted for requirements outside of organizations, if there are
     *     several providers; without it, no token meets such a requirement.
     */
    public record Organization(
            @DefaultValue("organizationId") String pathVariable,
            @Nullable String header,
            @DefaultValue Map<String, List<String>> providers,
            @Nullable String globalProvider) {}

    /**
     * Log lines about denials.
     *
     * @param organization How log lines about denials name the organization: omit, or hash (the first 12 hexadecimal digits of the
     *     SHA-256 of its id).
     */
    public record Log(@DefaultValue("omit") OrganizationInLog organization) {}

    /**
     * Settings for a single client.
     *
     * @param watch Scopes whose absence from the client's tokens is reported: 'declared', 'all', or a list of scopes. Defaults to
     *     the setting for all clients.
     * @param nonInteractive Whether no user is present to grant consent, even though the client's tokens look interactive.
     * @param thirdParty Whether the client belongs to another party: responses then contain the number of missing scopes, not their
     *     names.
     */
    public record Client(
            @Nullable List<String> watch,
            @DefaultValue("false") boolean nonInteractive,
            @DefaultValue("false") boolean thirdParty) {}
}
