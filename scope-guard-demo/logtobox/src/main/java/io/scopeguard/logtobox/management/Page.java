package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.wire.RequestError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.util.UriComponentsBuilder;

/** One page of a list. */
record Page(int number, int size) {

    private static final int DEFAULT_SIZE = 20;
    private static final int MAX_SIZE = 100;

    static Optional<Page> of(ServerRequest request, Reply.Paging paging) {
        String number = request.param("page").orElse("");
        String size = request.param("page_size").orElse("");
        boolean asked = !number.isEmpty() || !size.isEmpty();
        return paging == Reply.Paging.NEVER || (paging == Reply.Paging.OPTIONAL && !asked)
                ? Optional.empty()
                : Optional.of(new Page(positive(number, 1, Integer.MAX_VALUE), positive(size, DEFAULT_SIZE, MAX_SIZE)));
    }

    private static int positive(String text, int otherwise, int max) {
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number > 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Rejected below, like a number out of range.
        }
        throw RequestError.invalidPagination();
    }

    List<?> cut(List<?> rows) {
        long from = Math.min((long) (number - 1) * size, rows.size());
        long to = Math.min(from + size, rows.size());
        return rows.subList((int) from, (int) to);
    }

    /** The {@code Link} header. Its addresses lack {@code /api} and are therefore not valid, like those of Logto. */
    String link(ServerRequest request, String base, int total) {
        int last = Math.max(1, (total + size - 1) / size);
        List<String> links = new ArrayList<>();
        links.add(link(request, base, 1, "first"));
        if (number > 1) {
            links.add(link(request, base, number - 1, "prev"));
        }
        links.add(link(request, base, last, "last"));
        if (number < last) {
            links.add(link(request, base, number + 1, "next"));
        }
        return String.join(", ", links);
    }

    private static String link(ServerRequest request, String base, int page, String relation) {
        MultiValueMap<String, String> query = new LinkedMultiValueMap<>();
        request.params().forEach((name, values) -> query.put(name, List.copyOf(values)));
        query.set("page", String.valueOf(page));
        String uri = UriComponentsBuilder.fromUriString(base)
                .path(request.path().replaceFirst("^/api", ""))
                .queryParams(query)
                .encode()
                .toUriString();
        return "<" + uri + ">; rel=\"" + relation + "\"";
    }
}
