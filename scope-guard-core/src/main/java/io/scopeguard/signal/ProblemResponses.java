package io.scopeguard.signal;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.annotation.Internal;
import io.scopeguard.organization.RequestedOrganization.Source;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.KeysUnavailableException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The responses to requests that are not granted: status, RFC 6750 challenge and problem detail, so that the client learns which
 * change would make the request succeed. They contain neither the token nor anything from it except its organization.
 *
 * @hidden
 */
@Internal
public final class ProblemResponses {

    private static final Duration PERMISSIONS_RETRY = Duration.ofSeconds(5);

    private final @Nullable String resourceMetadata;

    /**
     * @param resourceMetadata the address of this API's protected resource metadata (RFC 9728), or {@code null} if there is none
     */
    public ProblemResponses(@Nullable String resourceMetadata) {
        this.resourceMetadata = resourceMetadata;
    }

    /** The request has no token, so the challenge has no error code (RFC 6750 §3.1). */
    public ProblemResponse missingToken() {
        return missingToken("Send a bearer token in the Authorization header.");
    }

    /** The {@code Authorization} header contains no bearer token, so the challenge has no error code (RFC 6750 §3.1). */
    public ProblemResponse otherCredentials() {
        return missingToken(
                "The Authorization header carries no bearer token. Send \"Authorization: Bearer <token>\".");
    }

    private ProblemResponse missingToken(String detail) {
        Problem problem = problem("missing-token", "Authentication required", 401, detail);
        return new ProblemResponse(challenge(null, null, Scopes.none()), null, problem);
    }

    /** Credentials were sent in a way that is not allowed. */
    public ProblemResponse invalidRequest(String description) {
        Problem problem = problem("invalid-request", "Invalid request", 400, description);
        return new ProblemResponse(challenge("invalid_request", description, Scopes.none()), null, problem);
    }

    /** The token is invalid. */
    public ProblemResponse invalidToken(InvalidTokenException invalid) {
        Remedy action = switch (invalid.reason()) {
            case EXPIRED, UNKNOWN_KEY -> Remedy.REFRESH;
            default -> Remedy.NONE;
        };
        return invalidToken(invalid.description(), null, action);
    }

    /** The token cannot be verified at the moment. */
    public ProblemResponse keysUnavailable(KeysUnavailableException unavailable) {
        Problem problem = problem(
                "keys-unavailable",
                "Signing keys unavailable",
                503,
                "The token cannot be verified at the moment. Try again later.");
        return new ProblemResponse(null, unavailable.retryAfter(), problem);
    }

    /**
     * The request failed for a reason other than authorization, and the filter chain denies its error page.
     *
     * @param status the status of the failure
     * @param reason the standard reason phrase of the status, if it has one
     */
    public static ProblemResponse requestFailed(int status, @Nullable String reason) {
        return requestFailed(
                status, reason == null ? "Request failed" : reason, "The request failed with status " + status + ".");
    }

    /** The request failed for a reason other than authorization. */
    public static ProblemResponse requestFailed(int status, String title, String detail) {
        return new ProblemResponse(null, null, problem("request-failed", title, status, detail));
    }

    /** No scopes are declared for the operation, and the API's policy is to deny such requests. */
    public ProblemResponse undeclared() {
        String detail = "This operation declares no scopes, so access is denied.";
        return forbidden(null, "undeclared", "Operation not open", detail, Remedy.NONE, Scopes.none());
    }

    /** The maximum number of streams is open. */
    public ProblemResponse tooManyStreams() {
        Problem problem = problem(
                "too-many-streams",
                "Too many streams",
                503,
                "Too many streams are open at the moment. Try again later.");
        return new ProblemResponse(null, PERMISSIONS_RETRY, problem);
    }

    /** A rule of the application denied access. */
    public ProblemResponse accessDenied() {
        return accessDenied("Access is denied.");
    }

    /** A rule of the application denied access, for this reason. */
    public ProblemResponse accessDenied(String detail) {
        return forbidden(null, "access-denied", "Access denied", detail, Remedy.NONE, Scopes.none());
    }

    /**
     * The request is denied although its token is valid.
     *
     * @throws IllegalArgumentException if the decision grants
     */
    public ProblemResponse of(Decision decision) {
        Denial denial = decision.denial();
        if (denial == null) {
            throw new IllegalArgumentException("the request is granted");
        }
        return switch (denial) {
            case ORGANIZATION_MISMATCH ->
                forbidden(
                        decision.token(),
                        "organization-mismatch",
                        "Wrong organization",
                        mismatch(decision),
                        Remedy.NONE,
                        Scopes.none());
            case WRONG_TOKEN_KIND ->
                forbidden(
                        decision.token(),
                        "wrong-token-kind",
                        "Wrong kind of token",
                        wrongKind(decision.request()),
                        Remedy.NONE,
                        Scopes.none());
            case SUBJECT_INACTIVE ->
                invalidToken(
                        "The account is suspended or does not exist any more.",
                        decision.token().organization(),
                        Remedy.NONE);
            case NOT_A_MEMBER ->
                forbidden(
                        decision.token(),
                        "not-a-member",
                        "Not a member",
                        "The subject is not a member of this organization, or the organization is inactive.",
                        decision.advice().remedy(),
                        Scopes.none());
            case INSUFFICIENT_SCOPE -> insufficientScope(decision);
            case INSUFFICIENT_ROLE -> insufficientRole(decision);
            case PERMISSIONS_UNAVAILABLE -> permissionsUnavailable(decision.token());
        };
    }

    private ProblemResponse insufficientScope(Decision decision) {
        String detail = decision.grantable().isEmpty()
                ? "The required scopes are not granted to the subject."
                : "The token lacks scopes that this operation requires.";
        return forbidden(
                decision.token(),
                "insufficient-scope",
                "Insufficient scope",
                detail,
                decision.advice().remedy(),
                decision.grantable());
    }

    /** The challenge has no {@code scope}, because requesting scopes does not add a role. */
    private ProblemResponse insufficientRole(Decision decision) {
        RoleRequirement required = Objects.requireNonNull(decision.request().roles());
        boolean isDelivered = RequiredRoles.isDelivered(decision, required);
        String detail = isDelivered
                ? "The token lacks roles that this operation requires, and that the subject holds."
                : "The subject does not hold the roles that this operation requires.";
        Problem problem = new Problem(
                "insufficient-role",
                "Insufficient role",
                403,
                detail,
                decision.token().organization(),
                isDelivered ? Remedy.REFRESH : Remedy.NONE,
                Scopes.none(),
                required.roles().stream().sorted().toList());
        return new ProblemResponse(challenge("insufficient_scope", detail, Scopes.none()), null, problem);
    }

    private static ProblemResponse permissionsUnavailable(AccessToken token) {
        Problem problem = new Problem(
                "permissions-unavailable",
                "Permissions unavailable",
                503,
                "The permissions of the subject are unknown at the moment. Try again later.",
                token.organization(),
                Remedy.NONE,
                Scopes.none());
        return new ProblemResponse(null, PERMISSIONS_RETRY, problem);
    }

    private ProblemResponse invalidToken(String description, @Nullable String organization, Remedy action) {
        Problem problem =
                new Problem("invalid-token", "Invalid token", 401, description, organization, action, Scopes.none());
        return new ProblemResponse(challenge("invalid_token", description, Scopes.none()), null, problem);
    }

    private ProblemResponse forbidden(
            @Nullable AccessToken token, String type, String title, String detail, Remedy action, Scopes askFor) {
        String organization = token == null ? null : token.organization();
        Problem problem = new Problem(type, title, 403, detail, organization, action, askFor);
        return new ProblemResponse(challenge("insufficient_scope", detail, askFor), null, problem);
    }

    private String challenge(@Nullable String error, @Nullable String description, Scopes scopes) {
        return new BearerChallenge()
                .with("error", error)
                .with("error_description", description)
                .with("scope", scopes.toString())
                .with("resource_metadata", resourceMetadata)
                .toString();
    }

    private static Problem problem(String type, String title, int status, String detail) {
        return new Problem(type, title, status, detail, null, Remedy.NONE, Scopes.none());
    }

    private static String mismatch(Decision decision) {
        if (decision.request().organization().source() == Source.CONFLICTING) {
            return "The request names different organizations in different places.";
        }
        if (decision.request().organization().source() == Source.MISSING
                || decision.request().lacksOrganization()) {
            return "The request names no organization.";
        }
        if (decision.request().organization().viewOf(decision.token()) != null) {
            return decision.token().organization() == null
                    ? "Outside of organizations, this API takes tokens of another issuer."
                    : "The organization does not belong to the token's issuer.";
        }
        boolean isForOrganizations = decision.token().views().stream().anyMatch(view -> view.organization() != null);
        if (isForOrganizations && decision.token().organization() == null) {
            return decision.request().organization().source() == Source.TOKEN
                    ? "The token is for several organizations: this operation takes a token for one."
                    : "The token is not for the organization of the request.";
        }
        return decision.token().organization() == null
                ? "The token is for no organization. Request a token for the organization of the request."
                : "The token is for another organization than the request: organization_id names the token's.";
    }

    private static String wrongKind(AccessRequest request) {
        TokenKind kind = request.requiredKind();
        if (kind == null || request.requirement() == null) {
            throw new IllegalArgumentException("any kind of token will do");
        }
        String audience = request.requirement().audience().value();
        return switch (kind) {
            case ORGANIZATION -> "This operation takes an organization token: request one without a resource.";
            case ORGANIZATION_RESOURCE ->
                "This operation takes a token for the resource " + audience + " within the organization.";
            case RESOURCE -> "This operation takes a token for the resource " + audience + " without an organization.";
        };
    }
}
