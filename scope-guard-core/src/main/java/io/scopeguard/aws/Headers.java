package io.scopeguard.aws;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2CustomAuthorizerEvent;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers of an event. API Gateway sends names in lower case and joins several values with commas. */
final class Headers {

    private Headers() {}

    static @Nullable String of(APIGatewayV2CustomAuthorizerEvent event, String lowerCaseName) {
        Map<String, String> headers = event.getHeaders() == null ? Map.of() : event.getHeaders();
        String value = headers.get(lowerCaseName);
        if (value != null) {
            return value;
        }
        // Local emulators keep the client's spelling.
        return headers.entrySet().stream()
                .filter(header -> header.getKey().toLowerCase(Locale.ROOT).equals(lowerCaseName))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }
}
