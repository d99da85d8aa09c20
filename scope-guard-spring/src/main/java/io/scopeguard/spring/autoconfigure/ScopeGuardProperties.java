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
 * @param failFast Whether start-up fails if the provider does not respond; a setting that the provider refuses stops start-up in
 *     any case.
 * @param startupTimeout How long start-up waits until the settings have been checked with the provider. Without a response by then,
 *     start-up goes on and the checks continue in the background, or start-up fails with fail-fast. Defaults to 3s, or 15s with
 *     fail-fast.
 * @param mode Effect of live permissions: observe (only measure), signal (inform clients; the token decides), enforce (also deny
 *     what was revoked).
 * @param publicUrl Address of this API as clients use it, including the context path: https://api.example.com,
 *     https://example.com/api; used in challenges and metadata. Defaults to the address of the request.
 * @param resources Resource indicators of this API (RFC 8707), compared exactly; may be empty if only organization tokens are used.
 * @param defaultAudience Audience of requirements that name none: organization or one of the resources. Defaults to the only
 *     resource, or organization without resources; required with several resources.
 * @param unannotated Access to handlers without an annotation: with any valid token (authenticated), or none (deny).
 * @param open Resources and endpoints that are open to everybody without a token, because they cannot be annotated: static (files
 *     and the welcome page), openapi (the document of springdoc), actuator: with the id of an endpoint, servlet: with the name of a
 *     servlet.
 * @param authorities SCOPE_ authorities for @PreAuthorize and the like: none, or those of the token (token), which hold in every
 *     organization and ignore live permissions.
 * @param clockSkew Tolerated difference to the provider's clock when a token's times are checked.
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
     * @param maxAge Age at which live permissions are re-read; a requirement can set its own maxAge.
     * @param maxStale Age at which live permissions expire, whatever the cause.
     * @param whenUnknown Policy for unknown live permissions: trust-token or deny; a requirement can set its own whenUnknown.
     * @param maxWait How long a request waits for live permissions.
     * @param maxEntries Maximum number of cached pairs of subject and organization, about 230 bytes each.
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
     * @param watch Scopes that are reported as missing: those that handlers declare (declared), all, or a list of scopes.
     * @param spread Period over which clients are asked to spread their refreshes; from 1s to 30s.
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
         * @param maxStreams Maximum number of open streams of that endpoint; further requests get 503.
         * @param maxPerSubject Maximum number of open streams of one subject at that endpoint; the newest replaces the oldest.
         * @param keepAlive Time between two comments on each stream of that endpoint, from 100ms to 1m; they detect clients that
         *     have gone, and keep proxies from closing.
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
     * @param maxOpen Maximum number of open streams and WebSocket sessions for each provider; further ones get 503, and with 0 all
     *     of them.
     */
    public record Streams(@DefaultValue("20000") int maxOpen) {}

    /**
     * Where a request names its organization.
     *
     * @param pathVariable Name of the path variable that contains the organization.
     * @param header Name of an optional request header that also names the organization. If path and header name one, they must
     *     match; if the path names none, the header is required.
     * @param providers The organizations that belong to each provider, by its name, if there are several: ids, beginnings of ids
     *     followed by *, or * for all others.
     * @param globalProvider The name of the provider whose tokens count for what holds outside of organizations, if there are
     *     several; without it, no token does.
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
