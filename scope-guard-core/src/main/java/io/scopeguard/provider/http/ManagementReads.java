package io.scopeguard.provider.http;

import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a provider's management API with an access token of this application. An empty {@link Optional} means that the
 * provider stated absence. Thread-safe.
 */
public final class ManagementReads {

    private static final int MAX_PAGES = 200;

    private final String provider;
    private final ClientCredentialsToken token;
    private final HttpCalls calls;
    private final OutageLog outages;

    /** @param provider names the provider in messages, such as {@code Logto} */
    ManagementReads(String provider, ClientCredentialsToken token, HttpCalls calls, OutageLog outages) {
        this.provider = provider;
        this.token = token;
        this.calls = calls;
        this.outages = outages;
    }

    /**
     * Reads from an address.
     *
     * @param operation names the call in metrics
     * @param reader reads the response; returns an empty result if the provider states absence
     */
    public <T> Optional<T> get(
            String operation, URI address, CallContext context, Function<ReceivedResponse, Optional<T>> reader) {
        return get(operation, address, context, null, reader);
    }

    /**
     * Reads from an address that may have a call budget of its own, besides that of all calls.
     *
     * @param operation names the call in metrics
     * @param budget the address's own budget, or {@code null} if it has none
     * @param reader reads the response; returns an empty result if the provider states absence
     */
    public <T> Optional<T> get(
            String operation,
            URI address,
            CallContext context,
            @Nullable CallBudget budget,
            Function<ReceivedResponse, Optional<T>> reader) {
        return outages.observe(() -> token.authorize(context, bearer -> {
            if (budget != null) {
                budget.take(context);
            }
            return calls.send(operation, request(address, bearer), context, reader);
        }));
    }

    private static HttpRequest.Builder request(URI address, String bearer) {
        return HttpRequest.newBuilder(address)
                .header("Authorization", "Bearer " + bearer)
                .header("Accept", "application/json")
                .GET();
    }

    /** Reads one page of a list: the first page if the cursor is {@code null}. */
    @FunctionalInterface
    public interface PageReader<T> {

        Optional<Page<T>> read(@Nullable String cursor);
    }

    /**
     * Reads all pages of a list. The list ends early if a page that is not the last repeats only known items: the endpoint ignores
     * the request for a further page.
     */
    public <T> Optional<List<T>> list(PageReader<T> pages) {
        return pass(pages).map(Pass::items);
    }

    /** As {@link #list}. If the list changed meanwhile, which can skip or repeat items, it is read once more. */
    public <T> Optional<List<T>> unchangedList(PageReader<T> pages) {
        Optional<Pass<T>> pass = pass(pages);
        if (pass.isPresent() && pass.get().hasChanged()) {
            pass = pass(pages);
        }
        return pass.map(Pass::items);
    }

    private <T> Optional<Pass<T>> pass(PageReader<T> reader) {
        Pass<T> pass = new Pass<>(new ArrayList<>(), new HashSet<>(), new HashSet<>());
        String cursor = null;
        for (int pages = 0; pages < MAX_PAGES; pages++) {
            Optional<Page<T>> page = reader.read(cursor);
            if (page.isEmpty()) {
                return Optional.empty();
            }
            cursor = page.get().next();
            if (cursor != null && pass.isRepeatedBy(page.get())) {
                return Optional.of(pass);
            }
            pass.add(page.get());
            if (cursor == null) {
                return Optional.of(pass);
            }
        }
        throw new PermissionsUnavailableException(
                Reason.MALFORMED, provider + "'s list is longer than the supported maximum.");
    }

    /** The failure of a read that the provider refuses for a reason that no setting explains. */
    public PermissionsUnavailableException refused(ReceivedResponse response) {
        return new PermissionsUnavailableException(
                Reason.REFUSED, provider + " refuses a read: " + response.statusCode() + ".");
    }

    /** The failure of a read whose response is not the provider's own: firewalls and proxies refuse requests as well. */
    public PermissionsUnavailableException intercepted(ReceivedResponse response) {
        return new PermissionsUnavailableException(
                Reason.REFUSED,
                "The answer is " + response.statusCode() + ", and not " + provider
                        + "'s: a firewall or proxy is in the way.");
    }

    /**
     * A list that is read page by page.
     *
     * @param distinct the same items, each once
     * @param totals the lengths of the list that the pages reported
     */
    private record Pass<T>(List<T> items, Set<T> distinct, Set<Integer> totals) {

        void add(Page<T> page) {
            items.addAll(page.items());
            distinct.addAll(page.items());
            totals.add(page.total());
        }

        /** Whether a page contains items, but none that earlier pages lack. */
        boolean isRepeatedBy(Page<T> page) {
            return !page.items().isEmpty() && distinct.containsAll(page.items());
        }

        boolean hasChanged() {
            return totals.size() > 1 || distinct.size() < items.size();
        }
    }
}
