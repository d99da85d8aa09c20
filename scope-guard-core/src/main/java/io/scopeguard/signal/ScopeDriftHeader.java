package io.scopeguard.signal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.Decision;
import io.scopeguard.WatchEnd;
import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.InnerList;
import org.greenbytes.http.sfv.IntegerItem;
import org.greenbytes.http.sfv.Item;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.StringItem;
import org.greenbytes.http.sfv.TokenItem;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Scope-Drift} response header: an RFC 9651 Dictionary with the drift of the token and the remedy. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ScopeDriftHeader {

    public static final String NAME = "Scope-Drift";

    /** The maximum length of a value. Beyond it, counts replace lists. */
    static final int MAX_LENGTH = 1024;

    static final String ACTION = "action";
    static final String DEMOTED = "demoted";
    static final String PROMOTED = "promoted";
    static final String NEW = "new";
    static final String DEMOTED_ROLES = "demoted-roles";
    static final String PROMOTED_ROLES = "promoted-roles";
    static final String ORGANIZATION = "organization";
    static final String RESOURCE = "resource";
    static final String TOKEN = "token";
    static final String AS_OF = "as-of";
    static final String AFTER = "after";

    static final Duration MAX_SPREAD = Duration.ofSeconds(30);
    private static final int MAX_AFTER_SECONDS = 30;
    private static final long MAX_WRITTEN = 2_000;

    private final int spreadSeconds;

    /** The last values: many consecutive responses carry the same hint, and writing it costs more than the rest of a decision. */
    private final Cache<Hint, String> written = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_WRITTEN)
            .build();

    /**
     * @param spread the time over which the clients of granted requests are spread, so that one edited role does not make thousands
     *     of clients refresh at once
     * @throws IllegalArgumentException if it is not between one and thirty seconds
     */
    public ScopeDriftHeader(Duration spread) {
        if (spread.toSeconds() < 1 || spread.compareTo(MAX_SPREAD) > 0) {
            throw new IllegalArgumentException("spread must be from 1s to 30s, but is " + spread);
        }
        this.spreadSeconds = Math.toIntExact(spread.toSeconds());
    }

    /** The header's value, or {@code null} if the client has nothing to do. */
    public @Nullable String valueOf(Decision decision) {
        RemedyAdvice advice = RequiredRoles.adviceOf(decision);
        LivePermissions live = decision.live();
        if (advice.remedy() == Remedy.NONE || live == null) {
            return null;
        }
        return written.get(Hint.of(decision, advice, live), this::write);
    }

    /**
     * The value for the last event of a stream. It names an action even if a response would have no header: {@code refresh} if the
     * token has expired, otherwise {@code none}, because no token restores the right. It is as of the read that ended the stream,
     * or else of the end itself.
     */
    public String valueOf(WatchEnd end) {
        Decision decision = end.decision();
        String drift = decision == null ? null : valueOf(decision);
        if (drift != null) {
            return drift;
        }
        AccessToken token = end.token();
        LivePermissions live = decision == null ? null : decision.live();
        Map<String, ListElement<?>> members = new LinkedHashMap<>();
        members.put(ACTION, TokenItem.valueOf(end.reason() == WatchEnd.Reason.EXPIRED ? "refresh" : "none"));
        putContext(members, token.organization(), token.audience());
        members.put(TOKEN, StringItem.valueOf(token.fingerprint()));
        members.put(AS_OF, IntegerItem.valueOf((live == null ? end.at() : live.asOf()).getEpochSecond()));
        members.put(AFTER, IntegerItem.valueOf(0));
        return Dictionary.valueOf(members).serialize();
    }

    private String write(Hint hint) {
        String named = serialize(hint, false, true);
        if (named.length() <= MAX_LENGTH) {
            return named;
        }
        String counted = serialize(hint, true, true);
        return counted.length() <= MAX_LENGTH ? counted : serialize(hint, true, false);
    }

    private String serialize(Hint hint, boolean counts, boolean withContext) {
        Map<String, ListElement<?>> members = new LinkedHashMap<>();
        putAdvice(members, hint.advice, counts);
        if (withContext) {
            putContext(members, hint.organization, hint.audience);
        }
        members.put(TOKEN, StringItem.valueOf(hint.token));
        members.put(AS_OF, IntegerItem.valueOf(hint.asOf));
        members.put(AFTER, IntegerItem.valueOf(after(hint)));
        return Dictionary.valueOf(members).serialize();
    }

    private static void putAdvice(Map<String, ListElement<?>> members, RemedyAdvice advice, boolean counts) {
        boolean countsMissing = counts || advice.onlyCountsMissing();
        members.put(ACTION, TokenItem.valueOf(advice.remedy().name().toLowerCase(Locale.ROOT)));
        ScopeDrift drift = advice.drift();
        putNames(members, DEMOTED, drift.demoted().toList(), counts);
        putNames(members, PROMOTED, drift.promoted().toList(), countsMissing);
        putNames(members, NEW, drift.introduced().toList(), countsMissing);
        putNames(members, DEMOTED_ROLES, printable(drift.roles().demoted()), counts);
        putNames(members, PROMOTED_ROLES, printable(drift.roles().promoted()), countsMissing);
    }

    private static void putContext(
            Map<String, ListElement<?>> members, @Nullable String organization, Audience audience) {
        putText(members, ORGANIZATION, organization);
        putText(members, RESOURCE, audience.isOrganization() ? null : audience.value());
    }

    /**
     * The wait that makes the client's next token certainly newer than the change, and on granted responses a spread that is
     * derived from the token, so that parallel responses agree.
     */
    private int after(Hint hint) {
        int wait = Math.toIntExact(hint.advice.after().toSeconds());
        int spread = 1 + Math.floorMod(hint.token.hashCode(), spreadSeconds);
        return hint.isGranted ? Math.min(wait + spread, MAX_AFTER_SECONDS) : wait;
    }

    /** Role names that a String of RFC 9651 cannot contain are left out. */
    private static List<String> printable(Roles roles) {
        return roles.names().stream().filter(ScopeDriftHeader::isPrintable).toList();
    }

    static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= 0x20 && c <= 0x7E);
    }

    private static void putNames(Map<String, ListElement<?>> members, String key, List<String> names, boolean counts) {
        if (names.isEmpty()) {
            return;
        }
        List<Item<?>> items = new ArrayList<>();
        names.forEach(name -> items.add(StringItem.valueOf(name)));
        members.put(key, counts ? IntegerItem.valueOf(names.size()) : InnerList.valueOf(items));
    }

    private static void putText(Map<String, ListElement<?>> members, String key, @Nullable String text) {
        if (text != null && isPrintable(text)) {
            members.put(key, StringItem.valueOf(text));
        }
    }

    /** Everything that a value depends on. One token may be for several organizations and several resources. */
    private record Hint(
            String token,
            @Nullable String organization,
            Audience audience,
            RemedyAdvice advice,
            long asOf,
            boolean isGranted) {

        static Hint of(Decision decision, RemedyAdvice advice, LivePermissions live) {
            AccessToken token = decision.token();
            return new Hint(
                    token.fingerprint(),
                    token.organization(),
                    token.audience(),
                    advice,
                    live.asOf().getEpochSecond(),
                    decision.isGranted());
        }
    }
}
